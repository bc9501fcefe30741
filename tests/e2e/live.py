"""A market that moves while the rooms follow it: what the live test and `bench/live.py` share."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from market.decision import Role
from market.interval import Series
from market.store import Database, MySQLDecisionStore, MySQLKlineStore
from tests.e2e.chain import Chain
from tests.simulator_fixture import Simulator

START = "2026-11-20T12:00:00Z"
SPEED = 60
ROOMS = (("ingest", "stream"), ("model_service", "score"), ("es_loader", "follow"))
READY_WITHIN_S = 60
ENDS_WITHIN_S = 60


@dataclass
class Rooms:
    """The three followers; `since` is the market time (ms UTC) from which every series was live."""

    processes: dict[str, subprocess.Popen[bytes]]
    since: int = 0

    def stop(self, name: str) -> float:
        """SIGTERM; returns the seconds until its exit with code 0."""
        process, began = self.processes.pop(name), time.monotonic()
        process.terminate()
        assert process.wait(timeout=ENDS_WITHIN_S) == 0, name
        return time.monotonic() - began


def prepare(chain: Chain) -> None:
    """History, models and documents, the market's clock standing still."""
    chain.run("ingest", "populate")
    chain.run("model_service", "train")
    chain.run("es_loader", "rebuild")


@contextmanager
def following(
    chain: Chain,
    simulator: Simulator,
    series: Sequence[Series],
    speed: float = SPEED,
    within_s: float = READY_WITHIN_S,
) -> Iterator[Rooms]:
    """Let the market run and start the rooms; yields when every series is live."""
    simulator.control.clock(speed=speed)
    rooms = Rooms({words[0]: chain.start(*words) for words in ROOMS})
    try:
        until(lambda: chain.log("ingest").count("is live") >= len(series), within_s, "every series live")
        until(lambda: all_decided(chain, series), within_s, "every candle of the start decided")
        rooms.since = simulator.control.now()
        yield rooms
    finally:
        for process in rooms.processes.values():
            process.kill()
            process.wait()


def all_decided(chain: Chain, series: Sequence[Series]) -> bool:
    """Whether no confirmed candle since the training lacks a decision of any role."""
    store = MySQLDecisionStore(Database(chain.database, "reader"))
    since = {record.series: record.train_end + 1 for record in store.models()}
    return not any(store.undecided(each, role, since[each], 1) for each in series for role in Role)


def last_confirmed(chain: Chain, series: Series) -> int:
    """Open time of the newest confirmed candle."""
    newest = MySQLKlineStore(Database(chain.database, "reader")).last_confirmed(series)
    assert newest is not None
    return newest


def until(holds: Callable[[], bool], within_s: float, what: str) -> None:
    """Wait for something; fail, naming it, when it does not come."""
    deadline = time.monotonic() + within_s
    while not holds():
        assert time.monotonic() < deadline, f"not within {within_s:.0f} s: {what}"
        time.sleep(0.1)
