"""The contract of every heartbeat store."""

from dataclasses import dataclass, replace

import pytest

from market.ports import Change, ChangeLog, Figures, Heartbeat, HeartbeatStore, Process, ServiceName
from market.store import Database, MySQLChangeLog, MySQLHeartbeatStore
from market.store.memory_changes import MemoryChangeLog
from market.store.memory_heartbeats import MemoryHeartbeatStore

LOADER = Process("es-loader-1f", "simulated", ServiceName.LOADER, "0.1.0", 7, 1_000)
CONSOLE = Process("console-2e", "simulated", ServiceName.CONSOLE, "0.1.0", 8, 2_000)
FULL = Heartbeat(LOADER, 15_000, 14, 99, 10**13, figures=Figures(1, 2, 3, 4, -5, 6.25, 7))


@dataclass(frozen=True)
class Hearts:
    store: HeartbeatStore
    changes: ChangeLog


@pytest.fixture(
    params=[
        "memory",
        pytest.param("database", marks=pytest.mark.database),
        pytest.param("mysql8", marks=pytest.mark.database),
    ]
)
def hearts(request: pytest.FixtureRequest) -> Hearts:
    if request.param == "memory":
        changes = MemoryChangeLog()
        return Hearts(MemoryHeartbeatStore(changes), changes)
    settings = request.getfixturevalue(request.param)
    return Hearts(
        MySQLHeartbeatStore(Database(settings, "heartbeat")), MySQLChangeLog(Database(settings, "reader"))
    )


def beat(time: int, process: Process = LOADER) -> Heartbeat:
    return Heartbeat(process, time, 5)


def times(beats: list[Heartbeat]) -> list[int]:
    return [each.time for each in beats]


def test_a_beat_comes_back_as_it_was_with_and_without_figures(hearts: Hearts) -> None:
    bare = replace(beat(30_000), ending=True)
    for each in (FULL, bare):
        hearts.store.write(each)
    assert hearts.store.read("simulated", "es-loader", 0, 99_000, limit=9) == [FULL, bare]


def test_every_beat_is_a_line_of_the_change_log(hearts: Hearts) -> None:
    hearts.store.write(beat(15_000))
    hearts.store.write(beat(16_000, CONSOLE))
    assert hearts.changes.read(0) == [
        Change(1, "heartbeats", "simulated/es-loader", 15_000, 15_000),
        Change(2, "heartbeats", "simulated/console", 16_000, 16_000),
    ]


def test_a_beat_written_twice_is_one_beat(hearts: Hearts) -> None:
    hearts.store.write(beat(15_000))
    hearts.store.write(FULL)
    assert hearts.store.read("simulated", "es-loader", 0, 99_000, limit=9) == [FULL]


def test_a_range_is_of_one_service_and_leaves_its_end_out(hearts: Hearts) -> None:
    for each in (beat(10), beat(20), beat(30), beat(20, CONSOLE)):
        hearts.store.write(each)
    assert times(hearts.store.read("simulated", "es-loader", 10, 30, limit=9)) == [10, 20]
    assert hearts.store.read("binance", "es-loader", 0, 99, limit=9) == []
    assert hearts.store.services() == [("simulated", "console"), ("simulated", "es-loader")]


def test_two_processes_that_beat_at_one_instant_are_read_together(hearts: Hearts) -> None:
    twin = replace(LOADER, id="es-loader-9a")
    for each in (beat(10), beat(20), beat(20, twin), beat(30)):
        hearts.store.write(each)
    page = hearts.store.read("simulated", "es-loader", 0, 99, limit=2)
    assert [(each.time, each.process.id) for each in page] == [
        (10, "es-loader-1f"),
        (20, "es-loader-1f"),
        (20, "es-loader-9a"),
    ]


def test_the_last_beat_of_each_service_says_how_long_ago_it_was(hearts: Hearts) -> None:
    assert hearts.store.last() == []
    for each in (beat(10), beat(20), replace(beat(30, CONSOLE), ending=True)):
        hearts.store.write(each)
    console, loader = hearts.store.last()
    assert (console.beat.time, loader.beat.time) == (30, 20)
    assert 0 <= loader.age_s < 60
    assert (replace(console, age_s=61).silent, replace(loader, age_s=61).silent) == (False, True)
    assert replace(loader, age_s=59).silent is False


def test_purging_deletes_what_is_older_and_tells_followers_which_range(hearts: Hearts) -> None:
    for each in (beat(10), beat(20), beat(30), beat(40, CONSOLE)):
        hearts.store.write(each)
    assert hearts.store.purge(30) == 2
    assert hearts.changes.read(4) == [Change(5, "heartbeats", "simulated/es-loader", 10, 20)]
    assert times(hearts.store.read("simulated", "es-loader", 0, 99, limit=9)) == [30]
    assert hearts.store.purge(30) == 0
    assert hearts.changes.head() == 5
