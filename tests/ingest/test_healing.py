"""Bars that an exchange brings in later are found by the running job, without a storm of questions."""

from __future__ import annotations

from ingest.healing import Healer
from ingest.keeper import Keeper
from ingest.market_clock import SampledClock
from ingest.verify import verify_series
from market.interval import DAY, MINUTE, Series
from market.store.memory import MemoryKlineStore
from tests.ingest.conftest import Open, populate, want
from tests.ingest.exchange import HOUR, ScriptedExchange, row

FIRST = 400_000 * HOUR
BTC = Series.of("simulated", "BTCUSDT", "1h")


class Market:
    """Fifty hours on record, two of them missing; its clock is that of the exchange."""

    def __init__(self, script: ScriptedExchange, exchange: object, keeper: Keeper) -> None:
        self.script = script
        self.clock = SampledClock(lambda: 0.0)
        self.healer = Healer(exchange, keeper, self.clock, lambda: [BTC])  # type: ignore[arg-type]

    async def looks_after(self, milliseconds: int) -> int:
        """Requests for candles that a look takes so long after the newest close."""
        self.script.now, before = FIRST + 50 * HOUR + milliseconds, len(self.script.asked)
        self.clock.observe(self.script.now)
        await self.healer.once(BTC)
        return len(self.script.asked) - before


async def market(connect: Open, keeper: Keeper, *missing: int) -> Market:
    bars = [row(FIRST + at * HOUR) for at in range(50) if at not in missing]
    script = ScriptedExchange(bars, FIRST + 50 * HOUR + 5_000)
    exchange = await connect(script)
    await populate(exchange, keeper, want("BTCUSDT", "1h", "51 hours ago"))
    return Market(script, exchange, keeper)


async def test_bars_that_come_later_fill_their_hole(
    connect: Open, klines: MemoryKlineStore, keeper: Keeper
) -> None:
    late = await market(connect, keeper, 44, 45)
    assert [hole.bars for hole in klines.holes(BTC)] == [2]
    late.script.bars = [row(FIRST + at * HOUR) for at in range(50) if at != 45]
    await late.looks_after(HOUR)
    assert [(hole.start, hole.bars) for hole in klines.holes(BTC)] == [(FIRST + 45 * HOUR, 1)]
    late.script.bars = [row(FIRST + at * HOUR) for at in range(50)]
    await late.looks_after(3 * HOUR)
    assert klines.holes(BTC) == []
    assert klines.series()[0].rows == 50
    assert [each for each in verify_series(klines, BTC, late.script.now) if not each.note] == []


async def test_a_hole_is_asked_for_ever_more_seldom(connect: Open, keeper: Keeper) -> None:
    missing = await market(connect, keeper, 48)
    assert await missing.looks_after(10 * MINUTE) > 0
    assert await missing.looks_after(11 * MINUTE) == 0
    assert await missing.looks_after(18 * MINUTE) > 0
    assert await missing.looks_after(5 * HOUR) > 0
    assert await missing.looks_after(5 * HOUR + 20 * MINUTE) == 0
    assert await missing.looks_after(2 * DAY) == 0


async def test_the_time_before_a_listing_is_not_asked_for(
    connect: Open, klines: MemoryKlineStore, keeper: Keeper
) -> None:
    young = await market(connect, keeper, *range(40))
    assert [hole.bars for hole in klines.holes(BTC)] == [40]
    assert await young.looks_after(HOUR) == 0
