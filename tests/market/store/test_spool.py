from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from market.store.spool import make_spool


@pytest.fixture
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return tmp_path


def test_the_folder_is_private_and_names_its_process(temporary: Path) -> None:
    folder = Path(make_spool())
    assert folder.parent == temporary
    assert folder.stat().st_mode & 0o777 == 0o700
    assert folder.name.startswith(f"opa-spool-{os.getpid()}-")


def test_what_a_dead_process_left_is_removed_and_the_folder_of_a_living_one_stays(temporary: Path) -> None:
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    left = temporary / f"opa-spool-{ended.pid}-abc"
    used = temporary / f"opa-spool-{os.getpid()}-abc"
    foreign = temporary / "opa-spool-notes-abc"
    for folder in (left, used, foreign):
        folder.mkdir()
        (folder / "rows.csv").write_text("1")
    make_spool()
    assert not left.exists()
    assert (used / "rows.csv").exists()
    assert (foreign / "rows.csv").exists()
