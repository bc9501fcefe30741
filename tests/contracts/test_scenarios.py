"""Every scenario in `simulator/scenarios/` parses, is described, can be armed and is never a surprise."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator

import httpx
import pytest

from simulator.archive.faults import ArchiveFaultKind
from simulator.faults.answers import FaultKind
from simulator.faults.history import HistoryKind
from simulator.faults.pages import PageKind
from simulator.scenario import FOLDER, Scenario, mixed, names, read
from simulator.stream_faults import StreamFaultKind
from tests.simulator_fixture import START, Simulator, start_simulator

NOW = 1_795_176_000_000


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Simulator]:
    """One simulator whose clock stands still."""
    folder = tmp_path_factory.mktemp("scenarios")
    with start_simulator(folder, OPA_SIMULATOR_SPEED="0", OPA_SIMULATOR_START=START) as simulator:
        yield simulator


@pytest.mark.parametrize("name", names())
def test_a_scenario_is_named_like_its_file_and_described_in_a_sentence(name: str) -> None:
    scenario = read(name, NOW)
    assert scenario.name == name
    assert re.fullmatch(r"[A-Z][^\n]{10,110}\.", scenario.description)
    faults = [*scenario.answers, *scenario.data, *scenario.streams, *scenario.archive]
    assert faults or scenario.connection


@pytest.mark.parametrize("name", names())
def test_a_scenario_can_be_armed(running: Simulator, name: str) -> None:
    (armed,) = running.control.scenario(name=name)
    assert armed["name"] == name
    waiting = running.control.waiting()
    assert len(waiting["answers"]) == len(armed["answers"])
    assert len(waiting["streams"]) == len(armed["streams"])
    assert len(waiting["pages"]) + len(waiting["history"]) == len(armed["data"])
    running.control.clear_scenario()
    running.control.restore_history()
    assert running.control.waiting() == {"answers": [], "streams": [], "pages": [], "history": []}


def test_every_fault_of_rest_streams_and_history_has_a_scenario() -> None:
    told = {
        (family, fault["kind"])
        for name in names()
        for family, faults in tomllib.loads((FOLDER / f"{name}.toml").read_text()).items()
        if isinstance(faults, list)
        for fault in faults
    }
    assert {kind for family, kind in told if family == "answers"} == set(FaultKind) - {FaultKind.DROP_STREAMS}
    assert {kind for family, kind in told if family == "data"} == {*PageKind, *HistoryKind}
    assert {kind for family, kind in told if family == "streams"} == set(StreamFaultKind)
    assert {kind for family, kind in told if family == "archive"} <= set(ArchiveFaultKind)


def test_a_mix_depends_on_its_seed_alone_and_never_ends_the_client(running: Simulator) -> None:
    mixes = [mixed(seed, 4, NOW) for seed in range(20)]
    assert mixes == [mixed(seed, 4, NOW) for seed in range(20)]
    assert len({tuple(each.name for each in mix) for mix in mixes}) == 20
    assert not any(each.ends_client for mix in mixes for each in mix)
    armed = running.control.scenario(mix=11, size=3)
    assert [each["name"] for each in armed] == [each.name for each in mixed(11, 3, NOW)]
    running.control.clear_scenario()


def test_a_scenario_that_does_not_exist_is_refused_by_name(running: Simulator) -> None:
    answer = httpx.post(f"{running.url}/sim/scenario", json={"name": "earthquake"})
    assert (answer.status_code, "earthquake" in answer.json()["msg"]) == (400, True)
    both = httpx.post(f"{running.url}/sim/scenario", json={"name": "hang", "mix": 1})
    assert both.status_code == 400


def test_offsets_count_from_the_moment_of_arming() -> None:
    table = {"name": "a", "description": "b", "data": [{"kind": "outage", "begin": "-1h", "end": "+2m"}]}
    (fault,) = Scenario.model_validate(table, context={"now": NOW + 59_999}).data
    assert (fault.begin, fault.end) == (NOW - 3_600_000, NOW + 120_000)
