"""Every scripted fault against a live stream and a back-fill: afterwards the database equals the ledger.

The market runs at sixty times its pace. A program that a fault has ended is started again, as its supervisor
does. Then the faults stop and the time is taken until nothing differs. Where history itself was rewritten, it
is read again first, as `python -m ingest verify` does.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

from ingest.archive.choice import Via
from ingest.archive.client import ArchiveClient
from ingest.archive.importing import FileImport
from ingest.archive.quarantine import Quarantine
from ingest.attendants import attendants
from ingest.exchanges import open_exchange
from ingest.keeper import Keeper
from ingest.live import Exchange
from ingest.metrics import Metrics
from ingest.pager import Pager
from ingest.patience import Patience
from ingest.plan import Wanted
from ingest.populate import Populate
from ingest.progress import Lines
from ingest.recheck import Rechecker
from ingest.settings import IngestSettings
from ingest.stream import LiveStream
from ingest.times import parse_time
from ingest.together import together
from market.errors import MarketError
from market.interval import MINUTE, Interval, Series
from market.ports import KlineStore
from tests.faults.proof import Difference, difference
from tests.faults.record import Record, in_memory
from tests.simulator_fixture import START, Control, Simulator

log = logging.getLogger(__name__)
SYMBOLS = ("BTCUSDT", "ETHUSDT")
M1, H1 = Interval("1m"), Interval("1h")
SPEED = 60
LIVE_WITHIN_S = 60
HEALED_WITHIN_S = 60
LONGEST_MS = 12 * MINUTE  # of market time: the longest scripted fault
SHORTEST_MS = 3 * MINUTE
SLACK_MS = 3 * MINUTE  # the newest bars, which the market makes while we compare
AGAIN_S = 0.3
REWRITES = {"revised", "withdrawn"}  # what no running job looks for before the next day


@dataclass
class Outcome:
    """What became of one scenario or mix."""

    name: str
    healed_s: float = 0.0
    restarts: int = 0
    holes: int = 0
    revisions: int = 0
    wrong: list[str] = field(default_factory=list)


class NoClock:
    """Nobody else needs to know the market's time."""

    def save(self, exchange: str, market_time: int, speed: float) -> None:
        """Forget it."""


@dataclass
class Stage:
    """One simulated exchange, and an empty record for each scenario."""

    simulator: Simulator
    folder: Path
    open_record: Callable[[], Record] = in_memory
    record: Record = field(default_factory=in_memory)
    restarts: int = 0

    @property
    def store(self) -> KlineStore:
        """Its candles."""
        return self.record.klines

    @property
    def control(self) -> Control:
        """The exchange's levers."""
        return self.simulator.control

    async def play(self, title: str, **wanted: object) -> Outcome:
        """Arm, let it happen, disarm, heal, compare."""
        self.record, self.restarts = self.open_record(), 0
        await asyncio.to_thread(self._reset)
        outcome = Outcome(title)
        async with self._exchange() as exchange:
            with closing(Keeper(self.store, Patience(None, longest_s=1))) as keeper:
                async with running(self._for_ever(lambda: self._follow(exchange, keeper))):
                    await self._until(self._live, LIVE_WITHIN_S, "every series live")
                    armed = await asyncio.to_thread(self.control.scenario, **wanted)
                    via = Via.ARCHIVE if any(each["archive"] for each in armed) else Via.REST
                    rewritten = via is Via.ARCHIVE or not REWRITES.isdisjoint(_kinds(armed))
                    async with running(self._once(lambda: self._fill(exchange, keeper, via))) as filled:
                        await asyncio.sleep(_length(armed, self.control.now()) / 1000 / SPEED)
                        await asyncio.to_thread(self.control.clear_scenario)
                        began = time.monotonic()
                        await asyncio.wait_for(filled, HEALED_WITHIN_S)
                    if rewritten:
                        await self._look_again(exchange, keeper)
                    found = await self._until_equal(began)
        outcome.healed_s, outcome.restarts = time.monotonic() - began, self.restarts
        outcome.wrong = [f"{series}: {each}" for series, each in found.items() if each]
        outcome.holes = sum(len(self.store.holes(series)) for series in found)
        outcome.revisions = sum(len(self.store.revisions(series)) for series in found)
        return outcome

    def _reset(self) -> None:
        self.control.clear_scenario()
        self.control.restore_history()
        self.control.clock(set=parse_time(START, 0), speed=SPEED)

    @asynccontextmanager
    async def _exchange(self) -> AsyncIterator[Exchange]:
        rest, stream = self.simulator.rest_url, self.simulator.ws_url
        exchange = open_exchange(
            IngestSettings(exchange="simulated", exchange_rest=rest, exchange_ws=stream, weight_share=0.95)
        )
        try:
            yield exchange
        finally:
            await exchange.close()

    async def _follow(self, exchange: Exchange, keeper: Keeper) -> None:
        live = LiveStream(exchange, keeper, self.record.ticks, NoClock(), timedelta(days=7))
        beside = attendants(live, exchange, keeper, self.record.health, Metrics())
        await together(live.run([(symbol, M1) for symbol in SYMBOLS]), *beside)

    async def _fill(self, exchange: Exchange, keeper: Keeper, via: Via) -> None:
        interval, start = (H1, "55 days ago") if via is Via.ARCHIVE else (M1, "8 hours ago")
        patience = Patience(4)
        archive = ArchiveClient(self.simulator.url, patience)
        files = FileImport(
            archive,
            self.record.archive,
            Quarantine(self.folder / "quarantine"),
            keeper,
            Pager(exchange, patience),
        )
        wanted = [Wanted(symbol, interval, start, "now") for symbol in SYMBOLS]
        try:
            await Populate(exchange, keeper, patience, Lines(), files=files, via=via).run(wanted)
        finally:
            await archive.close()

    async def _look_again(self, exchange: Exchange, keeper: Keeper) -> None:
        rechecker = Rechecker(exchange, keeper, self.record.health, Patience(None, longest_s=1), days=60)
        for status in self.store.series():
            await rechecker.run(status.series, await exchange.server_time())

    async def _once(self, work: Callable[[], Awaitable[None]]) -> None:
        while True:
            try:
                return await work()
            except MarketError as error:
                self.restarts += 1
                log.info("ended by %s; started again", error)
                await asyncio.sleep(AGAIN_S)

    async def _for_ever(self, work: Callable[[], Awaitable[None]]) -> None:
        while True:
            await self._once(work)

    def _live(self) -> bool:
        found = self.store.series()
        return len(found) == len(SYMBOLS) and all(status.rows for status in found)

    async def _until_equal(self, began: float) -> dict[Series, Difference]:
        while True:
            found = await asyncio.to_thread(self._differences)
            if not any(found.values()) or time.monotonic() - began > HEALED_WITHIN_S:
                return found
            await asyncio.sleep(AGAIN_S)

    def _differences(self) -> dict[Series, Difference]:
        found = {}
        for status in self.store.series():
            series = status.series
            start = series.interval.ceil(self.store.coverage(series)[0].start)
            found[series] = difference(self.store, self.control, series, start, slack_ms=SLACK_MS)
        return found

    async def _until(self, holds: Callable[[], bool], within_s: float, what: str) -> None:
        deadline = time.monotonic() + within_s
        while not holds():
            assert time.monotonic() < deadline, f"not within {within_s:.0f} s: {what}"
            await asyncio.sleep(0.1)


@asynccontextmanager
async def running(work: Any) -> AsyncIterator[asyncio.Task[None]]:
    """The work as a task that ends with the block."""
    task = asyncio.create_task(work)
    try:
        yield task
    finally:
        task.cancel()
        await asyncio.wait([task])


def _faults(armed: list[dict[str, Any]]) -> list[dict[str, Any]]:
    lists = ("answers", "data", "streams", "archive")
    return [fault for scenario in armed for name in lists for fault in scenario[name]]


def _kinds(armed: list[dict[str, Any]]) -> set[str]:
    return {str(fault["kind"]) for fault in _faults(armed)}


def _length(armed: list[dict[str, Any]], now: int) -> int:
    """How much market time (ms) the armed faults take: until the last of their marks, within bounds."""
    marks = [
        mark
        for fault in _faults(armed)
        for name, mark in fault.items()
        if name in ("until", "since", "end") and mark is not None
    ]
    last = max((mark for mark in marks if mark < now + LONGEST_MS), default=now)
    return min(max(last - now + MINUTE, SHORTEST_MS), LONGEST_MS)
