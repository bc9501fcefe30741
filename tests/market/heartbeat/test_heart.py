"""A heart beats beside the work, never in its way, and says goodbye when it can."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass, field

import pytest

from market.errors import StoreUnavailable
from market.heartbeat.heart import Heart, since
from market.interval import DAY
from market.ports import Figures, Heartbeat, Process, ServiceName
from market.store.memory_changes import MemoryChangeLog
from market.store.memory_heartbeats import MemoryHeartbeatStore
from market.version import VERSION

WAIT_S = 60


@dataclass
class Clock:
    time: int = 1_000

    def now(self) -> int:
        self.time += 1
        return self.time


@dataclass
class World:
    """A store that can be away, and a heart on it."""

    store: MemoryHeartbeatStore = field(default_factory=lambda: MemoryHeartbeatStore(MemoryChangeLog()))
    clock: Clock = field(default_factory=Clock)
    away: bool = False
    asked: int = 0

    def now(self) -> int:
        self.asked += 1
        if self.away:
            raise StoreUnavailable("the database does not answer")
        return self.clock.now()

    def heart(self, figures: Callable[[], Figures] = Figures, every_s: float = 0.01) -> Heart:
        return Heart(self.store, self, "simulated", ServiceName.LOADER, figures, every_s=every_s)

    def beats(self) -> list[Heartbeat]:
        return self.store.read("simulated", "es-loader", 0, 1 << 45, limit=10_000)

    def wait_for(self, beats: int) -> None:
        eventually(lambda: len(self.beats()) >= beats)


def eventually(holds: Callable[[], bool]) -> None:
    deadline = time.monotonic() + WAIT_S
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.005)


def test_it_beats_at_once_and_again_and_its_last_beat_says_that_it_ends() -> None:
    world = World()
    heart = world.heart()
    heart.start()
    world.wait_for(3)
    heart.stop()
    *before, last = world.beats()
    assert last.ending
    assert not any(beat.ending for beat in before)
    assert {beat.process for beat in world.beats()} == {last.process}
    assert (last.process.version, last.process.started_at) == (VERSION, world.beats()[0].time)


def test_a_beat_tells_of_memory_and_disk_what_the_system_says() -> None:
    beat = World().heart().beat()
    assert beat.memory_bytes is not None
    assert 1_000_000 < beat.memory_bytes < 1 << 40
    assert beat.disk_free_bytes is not None


def test_every_run_of_a_service_has_a_name_of_its_own() -> None:
    world = World()
    assert world.heart().beat().process.id != world.heart().beat().process.id


def test_counts_are_told_since_the_beat_before_and_states_as_they_are() -> None:
    told = iter([Figures(10, 1, 5, queue_depth=4, lag_ms=9), Figures(16, 1, 9, queue_depth=2, lag_ms=7)])
    heart = World().heart(lambda: next(told))
    heart.beat()
    assert heart.beat().figures == Figures(6, 0, 4, queue_depth=2, lag_ms=7)
    assert since(Figures(latency_ms=3), Figures(5)) == Figures(latency_ms=3)


def test_what_a_failed_beat_did_not_tell_the_next_one_does() -> None:
    world = World()
    told = iter([Figures(10), Figures(16), Figures(20)])
    heart = world.heart(lambda: next(told))
    heart.beat()
    world.away = True
    with pytest.raises(StoreUnavailable):
        heart.beat()
    world.away = False
    assert heart.beat().figures.requests == 10


def test_figures_that_cannot_be_told_do_not_end_the_heart(caplog: pytest.LogCaptureFixture) -> None:
    world = World()
    told: list[Figures] = []

    def figures() -> Figures:
        return told.pop()

    heart = world.heart(figures)
    heart.start()
    world.wait_for(3)
    heart.stop()
    assert {each.figures.requests for each in world.beats()} == {None}
    assert [each.message for each in caplog.records] == [
        "the figures of the heartbeat cannot be told, it beats without new ones"
    ]


def test_a_database_that_is_away_is_named_once_and_found_again(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "market.heartbeat.heart")
    world = World(away=True)
    heart = world.heart()
    heart.start()
    eventually(lambda: world.asked >= 3)
    world.away = False
    world.wait_for(2)
    heart.stop()
    assert [record.message for record in caplog.records] == [
        "no heartbeat, the work goes on: the database does not answer",
        "the heart beats again",
    ]


def test_a_clean_end_does_not_wait_for_a_database_that_is_away() -> None:
    world = World(away=True)
    heart = world.heart(every_s=3_600)
    heart.start()
    eventually(lambda: world.asked >= 1)
    heart.stop()
    assert (world.asked, world.beats()) == (2, [])


def test_old_beats_leave_within_an_hour_of_beating() -> None:
    world = World()
    old = Process("es-loader-0", "simulated", ServiceName.LOADER, "0", 1, 5)
    world.store.write(Heartbeat(old, 5, 1))
    world.clock.time = 8 * DAY
    heart = world.heart()
    beats = [heart.beat() for _ in range(240)]
    assert world.beats() == beats
