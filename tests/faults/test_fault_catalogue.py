"""One fault of each family; `python -m bench.faults catalogue` plays all of them and twenty mixes."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.faults.catalogue import SPEED, Stage
from tests.simulator_fixture import START, start_simulator

pytestmark = pytest.mark.timeout(240)


@pytest.mark.parametrize(
    "wanted",
    [{"name": "withdrawn_bar"}, {"name": "status_403"}, {"mix": 5, "size": 8}],
    ids=lambda wanted: "-".join(map(str, wanted.values())),
)
async def test_after_a_fault_the_record_equals_the_ledger(tmp_path: Path, wanted: dict[str, object]) -> None:
    with start_simulator(tmp_path, OPA_SIMULATOR_SPEED=str(SPEED), OPA_SIMULATOR_START=START) as simulator:
        outcome = await Stage(simulator, tmp_path).play("one", **wanted)
    assert outcome.wrong == []
