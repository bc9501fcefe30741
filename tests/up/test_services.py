"""Both modes run the same services, and a start names what the dashboards lack."""

from __future__ import annotations

from pathlib import Path

import pytest

from up.compose import FILE
from up.panels import ask_panels
from up.places import Places
from up.services import ROOMS, Service


@pytest.mark.parametrize("room", ROOMS, ids=lambda room: room.name)
def test_compose_mode_runs_what_native_mode_runs(room: Service) -> None:
    block = FILE.read_text().partition(f"\n  {room.name}:\n")[2].partition("\n\n")[0]
    assert "<<: *room" in block
    assert f"command: [python, -m, {', '.join(room.module)}]" in block
    if room.port:
        assert f'ports: ["127.0.0.1:${{{room.port}' in block


def test_panels_that_cannot_be_asked_stop_no_start(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTHONPATH", str(FILE.parents[1]))
    ask_panels(Places(tmp_path), patience_s=0)
    said = capsys.readouterr().out
    assert "Traceback" not in said
    assert "kibana: settings are missing or wrong: ingest_password" in said
    assert "!! not every panel shows data" in said
