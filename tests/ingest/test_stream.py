"""Following the simulator at 60 times real speed."""

from collections import Counter
from decimal import Decimal
from typing import Any

import pytest

from ingest.live import BookFrame, LastFrame
from ingest.market_clock import SampledClock
from ingest.sampler import TickSampler
from ingest.watchdog import Watchdog
from market.errors import ExchangeUnavailable
from market.interval import Series
from market.kline import Finality
from market.store.memory import MemoryKlineStore, MemoryTickStore
from tests.ingest.following import FOREVER, M1, SavedClock, equals_ledger, live_on, more_bars, until
from tests.simulator_fixture import START, Simulator, start_simulator

LAST = LastFrame("BTCUSDT", Decimal(10), 0)


@pytest.fixture(scope="module")
def fast(tmp_path_factory: pytest.TempPathFactory) -> Any:
    folder = tmp_path_factory.mktemp("fast")
    with start_simulator(folder, OPA_SIMULATOR_SPEED="60", OPA_SIMULATOR_START=START) as running:
        yield running


async def confirmed(klines: MemoryKlineStore, bars: int) -> None:
    """Wait until every series has this many bars."""
    await until(lambda: bool(klines.series()) and all(each.rows >= bars for each in klines.series()))


def finalities(klines: MemoryKlineStore, series: Series) -> list[str]:
    return klines.read(series, 0, FOREVER).column("finality").to_pylist()


async def test_every_closed_candle_is_confirmed_and_ticks_are_sampled(
    fast: Simulator, klines: MemoryKlineStore
) -> None:
    ticks, saved = MemoryTickStore(klines), SavedClock()
    async with live_on(fast, klines, "BTCUSDT", "ETHUSDT", ticks=ticks, saved=saved) as live:
        await confirmed(klines, 8)
        await until(lambda: 50 < live.clock.speed < 70)
        await until(lambda: abs(live.clock.now() - fast.control.now()) < 30_000)  # half a second of ours
        await until(lambda: len(ticks.read("simulated", "BTCUSDT", 0, FOREVER, limit=10_000)) > 60)
        samples = ticks.read("simulated", "BTCUSDT", 0, FOREVER, limit=10_000)
    equals_ledger(fast, klines)
    assert saved.speeds
    assert all(sample.time % 1000 == 0 for sample in samples)
    assert len({sample.time for sample in samples}) == len(samples)


async def test_a_cut_connection_is_replaced_and_leaves_no_hole(
    fast: Simulator, klines: MemoryKlineStore
) -> None:
    async with live_on(fast, klines, "BTCUSDT") as live:
        await confirmed(klines, 3)
        before = live.counters.connections
        fast.control.fault("drop_streams")
        await until(lambda: live.counters.connections > before)
        await more_bars(klines, 2)
    equals_ledger(fast, klines)


async def test_answers_that_fail_for_a_while_are_made_up_for(
    fast: Simulator, klines: MemoryKlineStore
) -> None:
    async with live_on(fast, klines, "BTCUSDT"):
        await confirmed(klines, 3)
        fast.control.fault("status", status=503, count=3, path="/api/v3/klines")
        fast.control.fault("html", count=2, path="/api/v3/klines")
        await more_bars(klines, 8)
    equals_ledger(fast, klines)


async def test_what_the_stream_calls_closed_is_kept_while_rest_is_away(
    fast: Simulator, klines: MemoryKlineStore
) -> None:
    series = Series("simulated", "BTCUSDT", M1)
    async with live_on(fast, klines, "BTCUSDT"):
        await confirmed(klines, 3)
        fast.control.fault("status", status=503, count=1000, path="/api/v3/klines")
        await until(lambda: finalities(klines, series)[-3:] == [Finality.CLOSED] * 3)
        fast.control.clear_faults()
        await until(lambda: finalities(klines, series).count(Finality.CLOSED) <= 1)
    equals_ledger(fast, klines)


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
