"""A database server killed (-9) under load: what was acknowledged stays, and writing goes on by itself."""

from __future__ import annotations

import asyncio
import logging
import random
import time
from collections.abc import Callable, Coroutine
from contextlib import closing
from dataclasses import dataclass, field
from typing import Any

import pyarrow as pa

from ingest.keeper import Keeper
from ingest.patience import DATABASE_WAIT_S, Patience
from ingest.reading import Reading
from market.interval import HOUR, MINUTE, Interval, Series
from market.kline import klines_from_rows
from market.ports import SymbolInfo
from market.store import Database, MySQLChangeLog, MySQLKlineStore
from tests.faults.kills import SERIES, STREAM, Yard
from tests.faults.proof import by_time

log = logging.getLogger(__name__)
INFO = SymbolInfo("load", "BTCUSDT", "BTC", "USDT", "TRADING")
LOAD = Series(INFO.exchange, INFO.symbol, Interval("1m"))
BEGIN = 480_000 * HOUR
BARS = 200
NEWEST = 100  # batches that are compared after each kill; all are at the end
PAUSE_S = 0.02
GOES_ON_WITHIN_S = 60


@dataclass
class Acknowledged:
    """Batches that the store has said are safe, and when it said so last."""

    batches: int = 0
    last: float = field(default_factory=time.monotonic)


@dataclass(frozen=True)
class Recovery:
    """Seconds from the moment the port opened again until each writer had a row committed."""

    opening: float
    writer: float
    stream: float


async def write_for_ever(keeper: Keeper, done: Acknowledged) -> None:
    """One transaction after the other, as ingest writes them; counted once it is acknowledged."""
    while True:
        at = done.batches * BARS
        rows = _batch(at, BARS)
        reading = Reading(BEGIN + at * MINUTE, BEGIN + (at + BARS - 1) * MINUTE, rows, [])
        await keeper.confirm(LOAD, reading, BEGIN + (at + BARS + 1) * MINUTE)
        done.batches, done.last = done.batches + 1, time.monotonic()
        await asyncio.sleep(PAUSE_S)


async def _beside(work: Coroutine[Any, Any, Recovery], writing: asyncio.Task[None]) -> Recovery:
    """The result of `work`; an error of the writer comes out at once."""
    task = asyncio.create_task(work)
    await asyncio.wait([task, writing], return_when=asyncio.FIRST_COMPLETED)
    if writing.done():
        task.cancel()
        await writing
    return await task


async def kill_under_load(yard: Yard, times: int) -> list[Recovery]:
    """Kill the server again and again while a stream and a writer write; compare after each return."""
    done = Acknowledged()
    ingest = MySQLKlineStore(Database(yard.database.settings, "ingest"))
    ingest.register(INFO, LOAD.interval)
    recoveries = []
    with closing(Keeper(ingest, Patience(None, longest_s=DATABASE_WAIT_S))) as keeper:
        writing = asyncio.create_task(write_for_ever(keeper, done))
        stream = yard.chain(OPA_HISTORY="1m:2 hours").start(*STREAM)
        try:
            await _until(lambda: _head(yard) > 0, "the stream's first row")
            for _ in range(times):
                recoveries.append(await _beside(_killed_once(yard, done, yard.moments), writing))
                assert stream.poll() is None, yard.chain().log("ingest")
        finally:
            writing.cancel()
            await asyncio.wait([writing])
            stream.terminate()
            stream.wait(60)
    for first in range(0, done.batches, NEWEST):
        _check_acknowledged(yard, first, min(first + NEWEST, done.batches))
    return recoveries


async def _killed_once(yard: Yard, done: Acknowledged, moments: random.Random) -> Recovery:
    before = done.batches
    await _until(lambda: done.batches > before, "a batch")
    await asyncio.sleep(moments.uniform(0, 1.5))
    yard.database.kill()
    safe, began = done.batches, time.monotonic()
    await asyncio.sleep(moments.uniform(0, 3))
    await asyncio.to_thread(yard.database.start_again)
    opened = time.monotonic()
    yard.kills["database"] = yard.kills.get("database", 0) + 1
    head = await asyncio.to_thread(_head, yard)
    await _until(lambda: done.batches > safe and done.last > opened, "a batch after the kill")
    writer = done.last - opened
    await _until(lambda: _head(yard) > head, "a row of the stream after the kill")
    recovery = Recovery(opened - began, writer, time.monotonic() - opened)
    await asyncio.to_thread(_check_acknowledged, yard, max(0, safe - NEWEST), safe)
    return recovery


def _check_acknowledged(yard: Yard, first: int, last: int) -> None:
    """Batches `first` to `last` (not included) are there, as they were written."""
    expected = by_time(_batch(first * BARS, (last - first) * BARS))
    stored = by_time(yard.store.read(LOAD, BEGIN + first * BARS * MINUTE, BEGIN + last * BARS * MINUTE))
    lost = [at for at, row in expected.items() if stored.get(at) != row]
    if lost:
        yard.wrong.append(f"{len(lost)} acknowledged rows lost, first {lost[0]}")


def _head(yard: Yard) -> int:
    """The newest line that the stream wrote to the change log."""
    changes = MySQLChangeLog(yard.reader)
    newest = changes.read(max(0, changes.head() - 500), 500)
    return max((line.seq for line in newest if line.series == str(SERIES[0])), default=0)


def _batch(first: int, bars: int) -> pa.Table:
    opens = [BEGIN + (first + at) * MINUTE for at in range(bars)]
    rows = [[at, "2", "2", "2", "2", "1", at + MINUTE - 1, "2", 1, "1", "1"] for at in opens]
    return klines_from_rows(rows)


async def _until(holds: Callable[[], bool], what: str) -> None:
    deadline = time.monotonic() + GOES_ON_WITHIN_S
    while not await asyncio.to_thread(holds):
        assert time.monotonic() < deadline, f"not within {GOES_ON_WITHIN_S} s: {what}"
        await asyncio.sleep(0.05)
