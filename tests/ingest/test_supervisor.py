"""The supervisor against an exchange whose stream misbehaves, the market running at 60 times its pace."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from ingest.counters import Reject
from ingest.live import TradeKind
from market.interval import HOUR, Series
from market.store.memory import MemoryKlineStore
from tests.ingest.following import M1, equals_ledger, live_on, more_bars, until
from tests.simulator_fixture import START, Simulator, start_simulator

BTC = Series("simulated", "BTCUSDT", M1)


@pytest.fixture(scope="module")
def _running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Simulator]:
    folder = tmp_path_factory.mktemp("fast")
    with start_simulator(folder, OPA_SIMULATOR_SPEED="60", OPA_SIMULATOR_START=START) as running:
        yield running


@pytest.fixture
def fast(_running: Simulator) -> Simulator:
    _running.control.clear_stream_faults()
    return _running


async def test_a_connection_that_the_exchange_will_end_is_relieved_before_it_ends(
    fast: Simulator, klines: MemoryKlineStore
) -> None:
    async with live_on(fast, klines, "BTCUSDT") as live:
        fast.control.stream_fault("shutdown", delay_ms=600_000)  # ten seconds of ours
        await until(lambda: live.counters.rotations == 1)
        await more_bars(klines, 1)
        assert (live.counters.connected, live.counters.reconnects) == (1, 0)
    equals_ledger(fast, klines)


async def test_a_close_is_recorded_at_once_and_confirmed_with_what_rest_says(
    fast: Simulator, klines: MemoryKlineStore
) -> None:
    async with live_on(fast, klines, "BTCUSDT") as live:
        fast.control.stream_fault("altered", stream="btcusdt@kline_1m", only="closing", count=3)
        counted = live.counters.series[BTC]
        await until(lambda: counted.differences > 0)
        await more_bars(klines, 1)
        assert counted.provisional >= counted.differences
    equals_ledger(fast, klines)
    assert klines.revisions(BTC) == []


async def test_closes_that_the_stream_never_calls_are_confirmed_by_the_clock(
    fast: Simulator, klines: MemoryKlineStore
) -> None:
    async with live_on(fast, klines, "BTCUSDT") as live:
        fast.control.stream_fault("lost", stream="*@kline_1m", only="closing", count=1_000)
        before = live.counters.series[BTC].provisional
        await more_bars(klines, 2)
        assert live.counters.series[BTC].provisional <= before + 1
    equals_ledger(fast, klines)


async def test_one_message_that_cannot_be_read_is_counted_and_the_connection_stays(
    fast: Simulator, klines: MemoryKlineStore
) -> None:
    async with live_on(fast, klines, "BTCUSDT") as live:
        for kind in ("malformed", "undecodable"):
            fast.control.stream_fault(kind, stream="btcusdt@kline_1m", count=2)
        await until(lambda: live.counters.rejected[Reject.MALFORMED] == 4)
        await more_bars(klines, 2)
        assert live.counters.connections == 1
    equals_ledger(fast, klines)


async def test_a_burst_of_thousands_of_frames_is_taken_in_on_one_connection(
    fast: Simulator, klines: MemoryKlineStore
) -> None:
    async with live_on(fast, klines, "BTCUSDT") as live:
        fast.control.stream_fault("burst", stream="*@kline_1m", size=5_000)
        await until(lambda: live.counters.messages > 5_000)
        await more_bars(klines, 1)
        assert (live.counters.connections, live.counters.spilled) == (1, 0)
    equals_ledger(fast, klines)


async def test_a_clock_that_jumps_a_day_ahead_rereads_the_day_and_renews_the_connection(
    fast: Simulator, klines: MemoryKlineStore
) -> None:
    async with live_on(fast, klines, "BTCUSDT") as live:
        fast.control.advance(int(23.5 * HOUR))
        await until(lambda: live.counters.rotations == 1 and live.counters.clock_jumps > 0)
        await until(lambda: klines.series()[0].rows > 23 * 60)
    equals_ledger(fast, klines)


@pytest.mark.parametrize("kind", ["oversized", "half_open"])
async def test_a_connection_that_breaks_is_replaced_and_what_closed_meanwhile_is_read(
    fast: Simulator, klines: MemoryKlineStore, kind: str
) -> None:
    async with live_on(fast, klines, "BTCUSDT") as live:
        read_before = live.counters.series[BTC].back_fills
        fast.control.stream_fault(kind)
        await until(lambda: live.counters.reconnects > 0 and live.counters.connected == 1)
        await until(lambda: live.counters.series[BTC].back_fills > read_before)
        await more_bars(klines, 1)
    equals_ledger(fast, klines)


async def test_a_stream_that_goes_silent_alone_gets_a_new_connection_while_the_others_go_on(
    fast: Simulator, klines: MemoryKlineStore
) -> None:
    async with live_on(fast, klines, "BTCUSDT", "ETHUSDT") as live:
        fast.control.stream_fault("silent", stream="ethusdt@kline_1m")
        await until(lambda: live.counters.reconnects == 1)
        assert live.counters.connected == 1
        await more_bars(klines, 2)
    equals_ledger(fast, klines)


async def test_a_closed_door_is_knocked_at_again(fast: Simulator, klines: MemoryKlineStore) -> None:
    fast.control.stream_fault("refused")
    fast.control.stream_fault("upgrade_status", status=429)
    async with live_on(fast, klines, "BTCUSDT") as live:
        assert live.counters.reconnects == 2
        await more_bars(klines, 1)


async def test_frames_that_come_twice_count_once(fast: Simulator, klines: MemoryKlineStore) -> None:
    async with live_on(fast, klines, "BTCUSDT") as live:
        fast.control.stream_fault("duplicate", stream="*@kline_1m", only="closing", count=3)
        await until(lambda: live.counters.duplicates >= 3)
    equals_ledger(fast, klines)


async def test_ids_of_trades_tell_what_the_stream_left_out_and_rest_shows_it(
    fast: Simulator, klines: MemoryKlineStore
) -> None:
    key = ("BTCUSDT", "aggTrade")
    async with live_on(fast, klines, "BTCUSDT", trades=(TradeKind.AGGREGATE,)) as live:
        await until(lambda: key in live.counters.trades)
        counted = live.counters.trades[key]
        fast.control.stream_fault("lost", stream="btcusdt@aggTrade", count=3)
        await until(lambda: counted.missing >= 3)
        await until(lambda: counted.healed == counted.missing)
        assert sum(gap.last - gap.first + 1 for gap in live.trades.gaps) == counted.missing
