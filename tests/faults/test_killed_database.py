"""The database dies under load and comes back on the same port: nobody has to do anything.

`python -m bench.faults database` kills it thirty times and measures how soon writing goes on.
"""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from tests.faults.database import kill_under_load
from tests.faults.kills import SPEED, Yard
from tests.servers import TestDatabase
from tests.simulator_fixture import START, start_simulator

pytestmark = [pytest.mark.database, pytest.mark.timeout(240)]


async def test_no_acknowledged_row_is_lost_when_the_database_is_killed_and_writing_goes_on(
    tmp_path: Path, server_folder: Path
) -> None:
    with (
        TestDatabase.running(server_folder / "killed") as database,
        start_simulator(tmp_path, OPA_SIMULATOR_SPEED=str(SPEED), OPA_SIMULATOR_START=START) as simulator,
    ):
        yard = Yard(database, simulator, tmp_path, random.Random(6))
        recoveries = await kill_under_load(yard, 2)
    assert yard.wrong == []
    assert len(recoveries) == 2
