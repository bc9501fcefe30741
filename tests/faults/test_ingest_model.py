"""Any order of back-fill, live bars, corrections, gaps and deaths leaves what a dictionary holds.

`python -m bench.faults model` runs the full form; `OPA_MODEL_RUNS` and `OPA_MODEL_STEPS` set it by hand.
"""

from __future__ import annotations

import os

import pytest
from hypothesis import HealthCheck, settings
from hypothesis.stateful import run_state_machine_as_test

from market.store import StoreSettings
from tests.faults.ingest_model import IngestModel

RUNS = int(os.environ.get("OPA_MODEL_RUNS", "15"))
STEPS = int(os.environ.get("OPA_MODEL_STEPS", "30"))
RUNS_ON_SERVER = max(3, RUNS // 50)


def _run(model: type[IngestModel], runs: int) -> None:
    run_state_machine_as_test(
        model,
        settings=settings(
            max_examples=runs,
            stateful_step_count=STEPS,
            deadline=None,
            derandomize="OPA_MODEL_RUNS" not in os.environ,
            database=None,
            suppress_health_check=list(HealthCheck),
        ),
    )


def test_the_memory_twin_holds_what_a_dictionary_holds() -> None:
    _run(IngestModel, RUNS)


def test_a_death_between_two_parts_of_a_hole_leaves_nothing_unexplained() -> None:
    model = IngestModel()
    model.the_market_opens(age=386)
    model.the_closes_are_confirmed()
    model.the_oldest_bars_are_no_longer_served(minutes=352)
    model.history_is_filled(start=-160, length=22, refresh=False)
    model.the_oldest_bars_are_no_longer_served(minutes=353)
    model.history_is_filled_by_a_program_that_dies(start=-141, length=117, refresh=False, requests=2)
    model.the_store_holds_what_the_dictionary_holds()
    model.teardown()


@pytest.mark.database
def test_mariadb_holds_what_a_dictionary_holds(database: StoreSettings) -> None:
    _run(type("IngestModelOnServer", (IngestModel,), {"database": database}), RUNS_ON_SERVER)
