"""Where a model came from: the code's commit and version, the files, the history of its scores."""

from __future__ import annotations

import tomllib
from pathlib import Path

import numpy as np
import pytest

from market.interval import Interval
from model_service.lifecycle.measures import bounds, from_card, stretch
from model_service.lifecycle.origin import commit, judged_of, origin
from model_service.spec import Spec
from model_service.validation.opened import VERSION
from model_service.walkforward import walk_forward
from tests.model_service.markets import random_walk

SHA = "0123456789abcdef0123456789abcdef01234567"


@pytest.mark.parametrize(
    "files",
    [
        {"HEAD": SHA},
        {"HEAD": "ref: refs/heads/main", "refs/heads/main": SHA},
        {"HEAD": "ref: refs/heads/main", "packed-refs": f"# pack-refs\n{SHA} refs/heads/main\n"},
    ],
)
def test_the_commit_is_read_from_the_repository(tmp_path: Path, files: dict[str, str]) -> None:
    for name, text in files.items():
        path = tmp_path / ".git" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text + "\n")
    assert commit(tmp_path) == SHA


def test_an_archive_has_no_commit_but_the_version_of_the_project(tmp_path: Path) -> None:
    project = tomllib.loads((Path(__file__).parents[3] / "pyproject.toml").read_text(encoding="utf-8"))
    assert commit(tmp_path) is None
    assert project["project"]["version"] == VERSION


def test_a_card_names_code_seed_probe_and_the_bounds_of_its_monitors() -> None:
    klines, spec = random_walk(14_000, 3, interval=Interval("1h")), Spec(Interval("1h"), kind="logistic")
    walk = walk_forward(klines, spec)
    told = origin(walk, klines, spec, {"probe.json": "abc"})
    assert told["code"]["version"] == VERSION
    assert (told["seed"], told["probe_sha256"]) == (7, "abc")
    judged = judged_of(walk, klines, spec)
    assert np.isfinite(judged.gain).all()
    assert from_card(told) == bounds(judged, stretch(spec.interval))
