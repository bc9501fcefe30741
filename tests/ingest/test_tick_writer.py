"""Samples on their way into the store."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from decimal import Decimal

from ingest.counters import StreamCounters
from ingest.inbox import Inbox
from ingest.keeper import Keeper
from ingest.live import BookFrame, LastFrame
from ingest.market_clock import SampledClock
from ingest.sampler import TickSampler
from ingest.tick_writer import TickWriter
from market.interval import Interval
from market.ports import SymbolInfo
from market.store.memory import MemoryKlineStore, MemoryTickStore

TOO_FINE = Decimal("0.000000000000001")


async def test_a_quote_that_does_not_fit_keeps_no_other_from_being_stored(
    klines: MemoryKlineStore, keeper: Keeper
) -> None:
    sampler, clock, counters = TickSampler("simulated"), SampledClock(lambda: 0.0), StreamCounters()
    for symbol, price in [("BTCUSDT", Decimal(10)), ("ODDUSDT", TOO_FINE), ("XRPUSDT", Decimal(3))]:
        klines.register(SymbolInfo("simulated", symbol, symbol[:3], "USDT", "TRADING"), Interval("1m"))
        sampler.update(BookFrame(symbol, price, Decimal(1), price, Decimal(1)), 5_000)
        sampler.update(LastFrame(symbol, price, 0), 5_000)
    clock.observe(7_000)
    store = MemoryTickStore(klines)
    writer = TickWriter(sampler, Inbox(counters), store, keeper, clock, counters, timedelta(days=7))
    task = asyncio.create_task(writer.run())
    async with asyncio.timeout(60):
        while not store.read("simulated", "XRPUSDT", 0, 10_000, limit=10):
            await asyncio.sleep(0.05)
    task.cancel()
    await asyncio.wait([task])
    [tick] = store.read("simulated", "BTCUSDT", 0, 10_000, limit=10)
    assert tick.bid == 10
    assert store.read("simulated", "ODDUSDT", 0, 10_000, limit=10) == []
