"""`python -m ingest …` killed (-9) at seeded moments of its work, round after round.

A round takes an empty database, kills one kind of work several times, lets it finish and compares the
database with the exchange's ledger. After every kill, what the record calls covered must be there, whole.
"""

from __future__ import annotations

import logging
import random
import signal
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property, partial
from pathlib import Path

from ingest.times import parse_time
from market.interval import DAY, HOUR, Series
from market.store import Database, MySQLKlineStore
from tests.e2e.chain import Chain
from tests.e2e.live import until
from tests.faults.proof import Difference, difference, final_rows, half_there
from tests.servers import TestDatabase
from tests.simulator_fixture import START, Simulator

log = logging.getLogger(__name__)
SYMBOLS = ("BTCUSDT", "ETHUSDT")
SERIES = tuple(Series.of("simulated", symbol, "1m") for symbol in SYMBOLS)
SPEED = 60
CATCHES_UP_WITHIN_S = 60
POPULATE = ("ingest", "populate", "--via")
STREAM = ("ingest", "stream")


@dataclass
class Yard:
    """Real servers, and how often something was killed in them."""

    database: TestDatabase
    simulator: Simulator
    folder: Path
    moments: random.Random
    kills: dict[str, int] = field(default_factory=dict)
    wrong: list[str] = field(default_factory=list)

    @cached_property
    def reader(self) -> Database:
        """Connections of somebody who only looks."""
        return Database(self.database.settings, "reader")

    @property
    def store(self) -> MySQLKlineStore:
        """The record, seen from outside."""
        return MySQLKlineStore(self.reader)

    def chain(self, **settings: str) -> Chain:
        """The ingester's commands."""
        chosen = {
            "OPA_SYMBOLS": ",".join(SYMBOLS),
            "OPA_INGEST_METRICS_PORT": "0",
            "OPA_EXCHANGE_ARCHIVE": self.simulator.url,
            **settings,
        }
        rest, websocket = self.simulator.rest_url, self.simulator.ws_url
        return Chain(self.folder, self.database.settings, None, rest, websocket, chosen)

    def requests(self, path: str) -> int:
        """Requests so far whose path begins so."""
        counted = self.simulator.control.counters()["requests"]
        return sum(count for name, count in counted.items() if name.startswith(path))

    def note(self, kind: str, found: Mapping[Series, Difference | list[int]]) -> None:
        """Keep what is wrong."""
        for series, wrong in found.items():
            if wrong:
                self.wrong.append(f"{kind}, after {self.kills}: {series}: {wrong}")
                log.error(self.wrong[-1])

    def struck(self, kind: str, begun: Callable[[], bool], longest_s: float, *words: str, **env: str) -> bool:
        """Start a command and kill it so long after its work began; False where it was done before."""
        process = self.chain(**env).start(*words)
        delay = self.moments.uniform(-0.1, 1) * longest_s
        try:
            while delay > 0 and process.poll() is None and not begun():
                time.sleep(0.02)
            time.sleep(max(delay, 0))
            if process.poll() is not None:
                assert process.returncode == 0, self.chain().log("ingest")
                return False
            process.send_signal(signal.SIGKILL)
            self.kills[kind] = self.kills.get(kind, 0) + 1
            return True
        finally:
            process.kill()
            process.wait()


@dataclass(frozen=True)
class History:
    """What `populate` brings in: so many days of minutes, by requests whose path begins so."""

    via: str
    path: str
    days: int


REST = History("rest", "/api/v3/klines", 60)
ARCHIVE = History("archive", "/data/spot/", 100)


def history_round(yard: Yard, work: History, kills: int, longest_s: float) -> None:
    """Kill `populate` up to `kills` times on its way through a history that stands still."""
    yard.database.empty()
    control = yard.simulator.control
    now = parse_time(START, 0) + yard.moments.randrange(HOUR)
    control.clock(set=now, speed=0)
    env = {"OPA_HISTORY": f"1m:{work.days} days"}
    words = (*POPULATE, work.via)
    ledgers = {series: final_rows(control, series, now - work.days * DAY) for series in SERIES}
    for _ in range(kills):
        before = yard.requests(work.path)
        begun = partial(_more, yard, work.path, before)
        if not yard.struck(work.via, begun, longest_s, *words, **env):
            break
        known = {status.series for status in yard.store.series()}
        yard.note(work.via, {each: half_there(yard.store, each, ledgers[each]) for each in known})
    yard.chain(**env).run(*words)
    yard.note(work.via, {series: _from_start(yard, series) for series in SERIES})


def live_round(yard: Yard, kills: int, longest_s: float) -> None:
    """Kill `stream` again and again while the market goes on at sixty times its pace."""
    yard.database.empty()
    control = yard.simulator.control
    control.clock(set=parse_time(START, 0) + yard.moments.randrange(HOUR), speed=0)
    env = {"OPA_HISTORY": "1m:2 hours"}
    yard.chain(**env).run(*POPULATE, "rest")
    control.clock(speed=SPEED)
    for _ in range(kills):
        sockets = control.counters()["sockets_accepted"]
        begun = partial(_connected, yard, sockets)
        assert yard.struck("live", begun, longest_s, *STREAM, **env), yard.chain().log("ingest")
    sockets = control.counters()["sockets_accepted"]
    with _following(yard, env):
        until(partial(_connected, yard, sockets), CATCHES_UP_WITHIN_S, "a connection")
        control.clock(speed=0)
        until(lambda: all(_reached(yard, each) for each in SERIES), CATCHES_UP_WITHIN_S, "the newest candle")
    yard.note("live", {series: _from_start(yard, series) for series in SERIES})


def _more(yard: Yard, path: str, before: int) -> bool:
    return yard.requests(path) > before


def _connected(yard: Yard, before: int) -> bool:
    return yard.simulator.control.counters()["sockets_accepted"] > before


@contextmanager
def _following(yard: Yard, env: dict[str, str]) -> Iterator[None]:
    process = yard.chain(**env).start(*STREAM)
    try:
        yield
        process.terminate()
        assert process.wait(timeout=60) == 0, yard.chain().log("ingest")
    finally:
        process.kill()
        process.wait()


def _reached(yard: Yard, series: Series) -> bool:
    newest = yard.store.last_confirmed(series)
    due = series.interval.floor(yard.simulator.control.now() - 3_001) - series.interval.typical_ms
    return newest is not None and newest >= due


def _from_start(yard: Yard, series: Series) -> Difference:
    start = series.interval.ceil(yard.store.coverage(series)[0].start)
    return difference(yard.store, yard.simulator.control, series, start)
