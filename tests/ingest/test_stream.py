"""Following the simulator at 60 times real speed."""

import asyncio
from collections import Counter
from contextlib import asynccontextmanager, closing
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from ingest.keeper import Keeper
from ingest.live import BookFrame, LastFrame
from ingest.market_clock import SampledClock
from ingest.patience import Patience
from ingest.sampler import TickSampler
from ingest.stream import LiveStream
from ingest.verify import verify_series
from ingest.watchdog import Watchdog
from market.errors import ExchangeUnavailable
from market.interval import Interval, Series
from market.kline import Finality, klines_from_rows
from market.store.memory import MemoryKlineStore, MemoryTickStore
from tests.ingest.conftest import exchange_at
from tests.simulator_fixture import START, Simulator, start_simulator

M1 = Interval("1m")
FOREVER = 2**53
LAST = LastFrame("BTCUSDT", Decimal(10), 0)


class SavedClock:
    """What the other services would see."""

    def __init__(self) -> None:
        self.speeds: list[float] = []

    def save(self, _exchange: str, _market_time: int, speed: float) -> None:
        self.speeds.append(speed)


@pytest.fixture(scope="module")
def fast(tmp_path_factory: pytest.TempPathFactory) -> Any:
    folder = tmp_path_factory.mktemp("fast")
    with start_simulator(folder, OPA_SIMULATOR_SPEED="60", OPA_SIMULATOR_START=START) as running:
        yield running


@asynccontextmanager
async def following(simulator: Simulator, klines: MemoryKlineStore, *names: str) -> Any:
    exchange = exchange_at(simulator.rest_url, simulator.ws_url)
    ticks, saved = MemoryTickStore(klines), SavedClock()
    with closing(Keeper(klines, Patience(None))) as keeper:
        live = LiveStream(exchange, keeper, ticks, saved, timedelta(days=7))
        task = asyncio.create_task(live.run([(name, M1) for name in names]))
        try:
            yield live, ticks, saved
        finally:
            task.cancel()
            await asyncio.wait([task])
            await exchange.close()


async def confirmed(klines: MemoryKlineStore, bars: int, seconds: float = 30) -> None:
    """Wait until every series has this many bars."""
    async with asyncio.timeout(seconds):
        while not klines.series() or any(status.rows < bars for status in klines.series()):
            await asyncio.sleep(0.1)


def assert_complete(simulator: Simulator, klines: MemoryKlineStore) -> None:
    for status in klines.series():
        series = status.series
        rows = klines.read(series, 0, FOREVER)
        final = rows.filter([each == str(Finality.CONFIRMED) for each in rows.column("finality").to_pylist()])
        opens = final.column("open_time").to_pylist()
        assert opens == list(M1.opens(opens[0], opens[-1] + 1))
        ledger = simulator.control._call(
            f"/sim/ledger?symbol={series.symbol}&interval=1m&startTime={opens[0]}&endTime={opens[-1]}"
        )
        expected = klines_from_rows(ledger)
        assert all(final.column(name).equals(expected.column(name)) for name in expected.column_names)
        assert klines.holes(series) == []
        assert [
            each for each in verify_series(klines, series, simulator.control.now()) if not each.note
        ] == []


async def test_every_closed_candle_is_confirmed_and_ticks_are_sampled(
    fast: Simulator, klines: MemoryKlineStore
) -> None:
    async with following(fast, klines, "BTCUSDT", "ETHUSDT") as (live, ticks, saved):
        await confirmed(klines, 8)
        await asyncio.sleep(1.2)
        assert 57 < live.clock.speed < 63
        assert abs(live.clock.now() - fast.control.now()) < 3_000
        samples = ticks.read("simulated", "BTCUSDT", 0, FOREVER, limit=10_000)
    assert_complete(fast, klines)
    assert saved.speeds
    assert len(samples) > 60
    assert all(sample.time % 1000 == 0 for sample in samples)
    assert len({sample.time for sample in samples}) == len(samples)


async def test_a_cut_connection_is_replaced_and_leaves_no_hole(
    fast: Simulator, klines: MemoryKlineStore
) -> None:
    async with following(fast, klines, "BTCUSDT") as (live, _ticks, _saved):
        await confirmed(klines, 5)
        before = live.counters.connections
        fast.control.fault("drop_streams")
        async with asyncio.timeout(20):
            while live.counters.connections == before:
                await asyncio.sleep(0.1)
        await confirmed(klines, klines.series()[0].rows + 4)
    assert_complete(fast, klines)


async def test_answers_that_fail_for_a_while_are_made_up_for(
    fast: Simulator, klines: MemoryKlineStore
) -> None:
    async with following(fast, klines, "BTCUSDT"):
        await confirmed(klines, 5)
        fast.control.fault("status", status=503, count=3, path="/api/v3/klines")
        fast.control.fault("html", count=2, path="/api/v3/klines")
        await confirmed(klines, klines.series()[0].rows + 10)
    assert_complete(fast, klines)


async def test_what_the_stream_calls_closed_is_kept_while_rest_is_away(
    fast: Simulator, klines: MemoryKlineStore
) -> None:
    series = Series("simulated", "BTCUSDT", M1)
    async with following(fast, klines, "BTCUSDT"):
        await confirmed(klines, 5)
        fast.control.fault("status", status=503, count=1000, path="/api/v3/klines")
        async with asyncio.timeout(20):
            while str(Finality.CLOSED) not in klines.read(series, 0, FOREVER).column("finality").to_pylist():
                await asyncio.sleep(0.1)
        fast.control.clear_faults()
        await confirmed(klines, klines.series()[0].rows + 8, seconds=60)
    assert_complete(fast, klines)


def test_a_sample_holds_the_newest_state_of_its_second() -> None:
    sampler = TickSampler("simulated")
    book = BookFrame("BTCUSDT", Decimal(10), Decimal(1), Decimal(11), Decimal(1))
    sampler.update(book, 5_000)
    sampler.update(LAST, 5_200)
    sampler.update(BookFrame("BTCUSDT", book.bid, book.bid_quantity, Decimal(12), book.ask), 5_900)
    assert sampler.take(5_999) == []
    [tick] = sampler.take(6_000)
    assert (tick.time, tick.bid, tick.ask, tick.last) == (6_000, 10, 12, 10)
    assert sampler.take(9_000) == []


def test_samples_that_cannot_be_stored_are_kept_up_to_a_limit_and_counted() -> None:
    sampler = TickSampler("simulated", capacity=2)
    sampler.update(LAST, 500)
    for second in range(1, 6):
        sampler.update(BookFrame("BTCUSDT", *[LAST.last] * 4), second * 1000)
    assert [tick.time for tick in sampler.take(10_000)] == [5_000, 6_000]
    assert sampler.dropped == 3


def watching(in_vain: Counter[Any] | None = None) -> tuple[Watchdog, list[float]]:
    wall = [0.0]
    clock = SampledClock(lambda: wall[0])
    clock.observe(0)
    return Watchdog([Series("simulated", "BTCUSDT", M1)], clock, lambda: wall[0], in_vain), wall


def test_silence_is_noticed_in_market_time() -> None:
    watchdog, wall = watching()
    wall[0] = 9
    watchdog.check()
    wall[0] = 11
    with pytest.raises(ExchangeUnavailable, match="nothing came for 11"):
        watchdog.check()


def test_one_stream_that_goes_silent_is_noticed_while_the_others_speak() -> None:
    watchdog, wall = watching()
    wall[0] = 9
    assert watchdog.silent() is None
    wall[0] = 11
    watchdog.heard()
    watchdog.check()
    assert watchdog.silent() == "no BTCUSDT 1m for 11.0 s"


def test_quotes_may_be_quiet_longer_than_candles_but_not_for_ever() -> None:
    watchdog, wall = watching()
    for second in range(0, 59, 2):
        wall[0] = second
        watchdog.heard(("BTCUSDT", "1m"))
    assert watchdog.silent() is None
    wall[0] = 61
    watchdog.heard(("BTCUSDT", "1m"))
    assert watchdog.silent() == "no BTCUSDT bookTicker for 61.0 s"


def test_a_market_that_stays_silent_is_given_twice_the_time_after_each_connection_made_for_it() -> None:
    in_vain: Counter[Any] = Counter()
    for allowed in (10, 20, 40):
        watchdog, wall = watching(in_vain)
        wall[0] = allowed - 1
        assert watchdog.silent() is None
        wall[0] = allowed + 1
        assert watchdog.silent() is not None
    watchdog.heard(("BTCUSDT", "1m"))
    assert not in_vain


def test_the_clock_learns_its_speed_and_notices_a_jump() -> None:
    wall = [100.0]
    clock = SampledClock(lambda: wall[0])
    clock.observe(1_000_000)
    wall[0] = 101.0
    assert not clock.observe(1_060_000)
    wall[0] = 102.0
    assert (clock.speed, clock.now()) == (60.0, 1_120_000)
    assert clock.observe(9_000_000)
    assert clock.now() == 9_000_000
