"""What the follower of a series makes of an exchange that has forgotten."""

from __future__ import annotations

import asyncio

from ingest.counters import SeriesCounters
from ingest.follower import Follower
from ingest.keeper import Keeper
from ingest.market_clock import SampledClock
from ingest.verify import verify_series
from market.coverage import HoleReason
from market.interval import Series
from market.store.memory import MemoryKlineStore
from tests.ingest.conftest import Open, populate, want
from tests.ingest.exchange import HOUR, ScriptedExchange, row

FIRST = 400_000 * HOUR
BTC = Series.of("simulated", "BTCUSDT", "1h")


async def test_bars_that_an_exchange_no_longer_serves_stay_on_record_after_a_long_stop(
    connect: Open, klines: MemoryKlineStore, keeper: Keeper
) -> None:
    script = ScriptedExchange([row(FIRST + at * HOUR) for at in range(50)], FIRST + 50 * HOUR + 5_000)
    exchange = await connect(script)
    await populate(exchange, keeper, want("BTCUSDT", "1h", "51 hours ago"))

    script.bars = [row(FIRST + at * HOUR) for at in range(60, 64)]
    script.now = FIRST + 64 * HOUR + 5_000
    clock = SampledClock(lambda: 0.0)
    clock.observe(script.now)
    follower = Follower(BTC, exchange, keeper, clock, SeriesCounters())
    task = asyncio.create_task(follower.run())
    async with asyncio.timeout(60):
        await follower.caught_up.wait()
    task.cancel()
    await asyncio.wait([task])

    opens = klines.read(BTC, 0, 2**53).column("open_time").to_pylist()
    assert opens == [FIRST + at * HOUR for at in [*range(50), *range(60, 64)]]
    assert klines.revisions(BTC) == []
    assert [(hole.start, hole.bars, hole.reason) for hole in klines.holes(BTC)] == [
        (FIRST + 50 * HOUR, 10, HoleReason.OUTAGE)
    ]
    assert [each for each in verify_series(klines, BTC, script.now) if not each.note] == []
