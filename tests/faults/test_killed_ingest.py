"""Kill -9 in the middle of back-fill and live stream: run again, and nothing is lost, doubled or half there.

`python -m bench.faults kills` runs the full form of 200 kills.
"""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from tests.faults.kills import History, Yard, history_round, live_round
from tests.servers import TestDatabase
from tests.simulator_fixture import START, start_simulator

FEW_FILES = History("archive", "/data/spot/", 6)
FEW_PAGES = History("rest", "/api/v3/klines", 6)
pytestmark = [pytest.mark.database, pytest.mark.timeout(240)]


def test_a_killed_ingester_that_runs_again_leaves_a_database_that_equals_the_ledger(
    tmp_path: Path, mariadb_server: TestDatabase
) -> None:
    with start_simulator(tmp_path, OPA_SIMULATOR_SPEED="0", OPA_SIMULATOR_START=START) as simulator:
        yard = Yard(mariadb_server, simulator, tmp_path, random.Random(5))
        history_round(yard, FEW_FILES, 2, 0.5)
        history_round(yard, FEW_PAGES, 2, 0.5)
        live_round(yard, 2, 1.5)
    assert yard.wrong == []
    assert yard.kills["live"] == 2
