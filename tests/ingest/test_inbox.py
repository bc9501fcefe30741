"""The queue between reader and record, trade ids, and what a connection does with what it reads."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import closing
from decimal import Decimal
from typing import Any

import pytest

from ingest.connection import Connection, Line
from ingest.counters import Reject, SeriesCounters, StreamCounters
from ingest.follower import Follower
from ingest.inbox import Inbox
from ingest.keeper import Keeper
from ingest.live import (
    BookFrame,
    Frame,
    KlineFrame,
    LastFrame,
    LeavingFrame,
    RejectedFrame,
    TradeFrame,
    TradeKind,
)
from ingest.market_clock import SampledClock
from ingest.patience import Patience
from ingest.provisional import Provisional
from ingest.shares import shares
from ingest.supervisor import Supervisor
from ingest.trades import TradeIds
from market.errors import ExchangeUnavailable
from market.interval import HOUR, Interval, Series
from market.kline import Kline, klines_from_rows, klines_to_rows
from market.ports import SymbolInfo
from market.store.memory import MemoryKlineStore
from tests.ingest.exchange import row

M1 = Interval("1m")
BTC = Series("binance", "BTCUSDT", M1)
KEY = ("BTCUSDT", "1m")
REJECTED = RejectedFrame(Reject.MALFORMED, "no JSON", KEY)


def bar(minute: int) -> Kline:
    return klines_to_rows(klines_from_rows([row(minute * 60_000, 60_000)]))[0]


def close(minute: int, sent_ms: int = 60_100) -> KlineFrame:
    return KlineFrame("BTCUSDT", M1, minute * 60_000, minute * 60_000 + sent_ms, bar(minute), 3)


def quote(update_id: int, symbol: str = "BTCUSDT") -> BookFrame:
    return BookFrame(symbol, Decimal(10), Decimal(1), Decimal(11), Decimal(update_id), update_id)


async def test_closed_candles_wait_in_line_and_one_too_many_is_counted_for_its_series() -> None:
    counters = StreamCounters()
    inbox = Inbox(counters, capacity=2)
    for minute in range(4):
        inbox.put(close(minute))
    assert (counters.queued, counters.spilled) == (2, 2)
    assert await inbox.closed() == ([close(0), close(1)], {KEY: 2})
    assert counters.queued == 0


async def test_of_quotes_only_the_newest_of_each_symbol_waits() -> None:
    counters = StreamCounters()
    inbox = Inbox(counters)
    for frame in (quote(1), quote(2), quote(7, "ETHUSDT"), LastFrame("BTCUSDT", Decimal(5), 0)):
        inbox.put(frame)
    assert await inbox.quotes() == [quote(2), quote(7, "ETHUSDT"), LastFrame("BTCUSDT", Decimal(5), 0)]
    assert counters.superseded == 1


async def test_what_two_overlapping_connections_both_say_counts_once() -> None:
    counters = StreamCounters()
    inbox = Inbox(counters)
    for frame in (close(1), quote(5), close(1), quote(5), quote(4), close(1, sent_ms=60_200)):
        inbox.put(frame)
    assert await inbox.closed() == ([close(1), close(1, sent_ms=60_200)], {})
    assert await inbox.quotes() == [quote(5)]
    assert counters.duplicates == 3


async def test_one_wrong_number_does_not_shut_out_the_quotes_after_it() -> None:
    inbox = Inbox(StreamCounters())
    inbox.put(quote(10**15))
    for number in range(1, 13):
        inbox.put(quote(number))
    assert await inbox.quotes() == [quote(12)]


class TradeHistory:
    """Shows the aggregate trades 1 to 20, in pages of three."""

    def include_trades(self, kinds: Sequence[TradeKind]) -> None:
        raise AssertionError(kinds)

    async def aggregate_ids(self, _symbol: str, first: int, _limit: int = 1000) -> list[int]:
        return [each for each in range(1, 21) if each >= first][:3]


async def test_missing_ids_are_counted_and_asked_for_again() -> None:
    counters = StreamCounters()
    ids = TradeIds(counters)
    for number in (5, 6, 6, 12, 30):
        ids.heard(TradeFrame("BTCUSDT", TradeKind.AGGREGATE, number))
    counted = counters.trades["BTCUSDT", "aggTrade"]
    assert (counted.seen, counted.missing, counters.duplicates) == (4, 5 + 17, 1)
    assert [(gap.first, gap.last) for gap in ids.gaps] == [(7, 11), (13, 29)]
    healing = asyncio.create_task(ids.heal(TradeHistory()))
    await eventually(lambda: counted.healed == 5 + 8)
    healing.cancel()


def test_one_wrong_id_is_rejected_and_a_real_leap_is_believed_when_the_next_trade_bears_it_out() -> None:
    counters = StreamCounters()
    ids = TradeIds(counters)
    for number in (5, 10**15, 6, 2_000_000, 2_000_001, 2_000_002):
        ids.heard(TradeFrame("BTCUSDT", TradeKind.SINGLE, number))
    counted = counters.trades["BTCUSDT", "trade"]
    assert counters.rejected == {Reject.IMPOSSIBLE: 2}
    assert (counted.seen, counted.missing) == (4, 2_000_001 - 7)


class ScriptedStream:
    """An exchange whose connections say what a test wrote, one list each; the last one then stays open."""

    exchange = "binance"

    def __init__(self, *connections: list[Frame], stays: bool = True) -> None:
        self._connections = list(connections)
        self._stays = stays
        self.opened = 0

    async def frames(self, _followed: Sequence[Series]) -> AsyncGenerator[Frame, None]:
        self.opened += 1
        said = self._connections.pop(0) if self._connections else []
        for frame in said:
            yield frame
        if self._stays or not self._connections:
            await asyncio.Event().wait()
        raise ExchangeUnavailable("cut")


class Desk:
    """A line with a clock that a test moves, and what was reported on it."""

    def __init__(self, exchange: ScriptedStream) -> None:
        self.wall = 0.0
        self.clock = SampledClock(lambda: self.wall)
        self.clock.observe(10 * HOUR)
        self.counters = StreamCounters()
        self.doubted: list[Any] = []
        self.caught_up = 0
        self.line = Line(
            exchange,  # type: ignore[arg-type]  # of an exchange only its frames are asked for
            [BTC],
            self.clock,
            Inbox(self.counters),
            self.counters,
            TradeIds(self.counters),
            self.doubted.append,
        )

    def catch_up(self) -> None:
        self.caught_up += 1


async def eventually(holds: Callable[[], bool]) -> None:
    async with asyncio.timeout(30):
        while not holds():
            await asyncio.sleep(0.01)


async def test_a_rejected_message_is_counted_and_its_series_doubted() -> None:
    desk = Desk(ScriptedStream([REJECTED, close(1)]))
    connection = Connection(desk.line)
    await connection.awake.wait()
    await connection.close()
    assert (desk.counters.rejected, desk.doubted) == ({Reject.MALFORMED: 1}, [KEY])
    assert desk.counters.queued == 1


async def test_many_rejected_messages_in_a_row_end_the_connection() -> None:
    desk = Desk(ScriptedStream([REJECTED] * 51))
    connection = Connection(desk.line)
    with pytest.raises(ExchangeUnavailable, match="51 messages in a row cannot be used"):
        await connection.task
    await connection.close()
    assert desk.counters.connected == 0


@pytest.mark.parametrize("hours", [0, 23.1])
async def test_a_connection_is_relieved_after_23_hours_of_the_exchanges_time_or_when_it_is_told_to_go(
    hours: float,
) -> None:
    first: list[Frame] = [close(1)] if hours else [close(1), LeavingFrame()]
    desk = Desk(ScriptedStream(first, [close(2)]))
    supervisor = asyncio.create_task(Supervisor(desk.line, desk.catch_up).run())
    await eventually(lambda: desk.counters.queued >= 1)
    if hours:
        desk.clock.observe(int((10 + hours) * HOUR))
    await eventually(lambda: desk.counters.rotations == 1)
    assert (desk.counters.connected, desk.counters.reconnects, desk.caught_up) == (1, 0, 1)
    supervisor.cancel()
    await asyncio.wait([supervisor])
    assert desk.counters.connected == 0


async def test_broken_connections_are_replaced_and_everything_is_read_again_after_each() -> None:
    desk = Desk(ScriptedStream([close(1)], [close(2)], [close(3)], stays=False))
    supervisor = asyncio.create_task(Supervisor(desk.line, desk.catch_up).run())
    await eventually(lambda: desk.counters.queued == 3)
    supervisor.cancel()
    await asyncio.wait([supervisor])
    assert (desk.counters.connections, desk.counters.reconnects, desk.caught_up) == (3, 2, 3)


async def test_closes_are_written_at_once_but_not_from_the_future_and_a_spill_is_read_again() -> None:
    clock, counters, store = SampledClock(lambda: 0.0), StreamCounters(), MemoryKlineStore()
    clock.observe(3 * 60_000 + 500)
    series = store.register(SymbolInfo("binance", "BTCUSDT", "BTC", "USDT", "TRADING"), M1)
    inbox, counted = Inbox(counters, capacity=2), SeriesCounters()
    with closing(Keeper(store, Patience(1))) as keeper:
        follower = Follower(series, None, keeper, clock, counted)  # type: ignore[arg-type]  # REST is not asked
        writer = asyncio.create_task(Provisional(inbox, keeper, clock, counters, {KEY: follower}).run())
        for minute in (2, 9, 2):
            inbox.put(close(minute, sent_ms=60_100 + minute))
        inbox.put(close(1))
        await eventually(lambda: store.series()[0].rows == 1)
        writer.cancel()
    assert store.read(series, 0, 2**53).column("open_time").to_pylist() == [2 * 60_000]
    assert (counted.provisional, counted.spilled, counted.back_fills) == (1, 1, 1)
    assert counters.rejected == {Reject.AHEAD: 1}


def test_many_series_are_shared_among_connections_symbol_by_symbol() -> None:
    followed = [Series("binance", f"C{at:03d}", Interval(name)) for name in ("1h", "1m") for at in range(120)]
    parts = shares(followed)
    assert [len(part) for part in parts] == [100, 100, 40]
    assert sorted(each for part in parts for each in part) == sorted(followed)
    assert not {each.symbol for each in parts[0]} & {each.symbol for each in parts[1]}
    assert max(len(part) for part in shares(followed, others_per_symbol=2)) == 66
