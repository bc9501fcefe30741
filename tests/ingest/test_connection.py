"""What a connection does with what it reads, and which connection relieves which."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Sequence
from contextlib import closing
from typing import Any

import pytest

from ingest.connection import Connection, Line
from ingest.counters import Reject, SeriesCounters, StreamCounters
from ingest.follower import Follower
from ingest.inbox import Inbox
from ingest.keeper import Keeper
from ingest.live import Frame, LeavingFrame
from ingest.market_clock import SampledClock
from ingest.patience import Patience
from ingest.provisional import Provisional
from ingest.supervisor import Supervisor
from ingest.trades import TradeIds
from market.errors import ExchangeUnavailable
from market.interval import HOUR, Series
from market.ports import SymbolInfo
from market.store.memory import MemoryKlineStore
from tests.ingest.following import until
from tests.ingest.live_frames import BTC, KEY, M1, REJECTED, close


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
    await until(lambda: desk.counters.queued >= 1)
    if hours:
        desk.clock.observe(int((10 + hours) * HOUR))
    await until(lambda: desk.counters.rotations == 1)
    assert (desk.counters.connected, desk.counters.reconnects, desk.caught_up) == (1, 0, 1)
    supervisor.cancel()
    await asyncio.wait([supervisor])
    assert desk.counters.connected == 0


async def test_broken_connections_are_replaced_and_everything_is_read_again_after_each() -> None:
    desk = Desk(ScriptedStream([close(1)], [close(2)], [close(3)], stays=False))
    supervisor = asyncio.create_task(Supervisor(desk.line, desk.catch_up).run())
    await until(lambda: desk.counters.queued == 3)
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
        await until(lambda: store.series()[0].rows == 1)
        writer.cancel()
    assert store.read(series, 0, 2**53).column("open_time").to_pylist() == [2 * 60_000]
    assert (counted.provisional, counted.spilled, counted.back_fills) == (1, 1, 1)
    assert counters.rejected == {Reject.AHEAD: 1}
