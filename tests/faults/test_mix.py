"""Mixed traffic on both APIs and the console over a small record: not one wrong answer, nothing left open.

With a live market, models and drifts judged it is `python -m bench.soak`, for an hour.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.e2e.chain import Chain
from tests.es_loader.world import SERIES, START
from tests.faults.away import doors
from tests.faults.mix import KINDS, Mix
from tests.faults.soak import soak
from tests.servers import TestDatabase
from tests.up.test_backup import stored_world

SECONDS = 20
pytestmark = [pytest.mark.database, pytest.mark.timeout(300)]


def test_mixed_traffic_is_answered_and_leaves_nothing_open(tmp_path: Path, server_folder: Path) -> None:
    kinds = [kind for kind in KINDS if kind != "predict"]  # the small record has no files of models
    with TestDatabase.running(server_folder / "mixed") as server:
        world = stored_world(server.settings)
        world.live_a_day()
        chain = Chain(tmp_path, server.settings, None, "http://127.0.0.1:9/api", "ws://127.0.0.1:9/")
        with doors(chain) as opened:
            pids = {name: process.pid for name, process in opened.processes.items()}
            result = soak(Mix(opened, (SERIES,), START, kinds=kinds), pids, server.settings.port, SECONDS)
    assert result.faults() == []
    assert result.left_open() == []
    assert {each.kind for each in result.asked} == set(kinds)
    assert result.listened
    assert all(process.returncode == 0 for process in opened.processes.values())
