"""Following the market live: the connection, the clock, the closes and the ticks, supervised by us."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Coroutine, Sequence
from datetime import timedelta
from functools import partial
from typing import Any, Final, Protocol

from ingest.connection import Line
from ingest.counters import SeriesCounters, StreamCounters
from ingest.follower import Follower
from ingest.inbox import Inbox, Key
from ingest.keeper import Keeper
from ingest.live import Exchange, TradeKind, TradeSource
from ingest.market_clock import SampledClock
from ingest.patience import Patience
from ingest.provisional import Provisional
from ingest.sampler import TickSampler
from ingest.shares import shares
from ingest.supervisor import Supervisor
from ingest.tick_writer import TickWriter
from ingest.together import together
from ingest.trades import TradeIds
from market.interval import Interval, Series
from market.ports import TickStore

log = logging.getLogger(__name__)
_CLOCK_SAVED_EVERY_S: Final = 5.0
_FAST_SAMPLE_S: Final = 1.0
_SLOW_SAMPLE_S: Final = 10.0
_FIRST_SAMPLES: Final = 4


class ClockSaver(Protocol):
    """Where the market clock is shared with the other services."""

    def save(self, exchange: str, market_time: int, speed: float) -> None:
        """`market_time` is now, ms UTC; `speed` is market milliseconds per wall millisecond."""
        ...


class LiveStream:
    """Several series of one exchange, for ever. `counters` tells how it goes; `trades` are followed too."""

    def __init__(
        self,
        exchange: Exchange,
        keeper: Keeper,
        ticks: TickStore,
        saver: ClockSaver,
        retention: timedelta,
        trades: Sequence[TradeKind] = (),
    ) -> None:
        self._exchange = exchange
        self._keeper = keeper
        self._saver = saver
        self._patience = Patience(None)
        self._back: asyncio.Queue[list[Follower]] = asyncio.Queue()
        self._trade_kinds = trades
        self.clock = SampledClock()
        self.counters = StreamCounters()
        self.trades = TradeIds(self.counters)
        self.inbox = Inbox(self.counters)
        sampler = TickSampler(exchange.exchange)
        self._ticks = TickWriter(sampler, self.inbox, ticks, keeper, self.clock, self.counters, retention)
        self.followers: dict[Key, Follower] = {}

    async def run(self, wanted: Sequence[tuple[str, Interval]]) -> None:
        """Follow these symbols and intervals; ends only with a `Terminal` error or when cancelled."""
        if isinstance(self._exchange, TradeSource):
            self._exchange.include_trades(self._trade_kinds)
        elif self._trade_kinds:
            log.warning("%s has no stream of trades: OPA_TRADES is not for it", self._exchange.exchange)
        followed = [await self._register(symbol, interval) for symbol, interval in wanted]
        await self._patience.call("exchange time", partial(self.clock.start, self._exchange.server_time))
        for series in followed:
            counters = self.counters.series.setdefault(series, SeriesCounters())
            self.followers[series.symbol, series.interval.name] = Follower(
                series, self._exchange, self._keeper, self.clock, counters
            )
        await together(
            self._keep_clock(),
            self._save_clock(),
            self._ticks.run(),
            self._say_live(),
            self._follow_trades(),
            Provisional(self.inbox, self._keeper, self.clock, self.counters, self.followers).run(),
            *(self._connect(share) for share in shares(followed, len(self._trade_kinds))),
            *(follower.run() for follower in self.followers.values()),
        )

    async def _register(self, symbol: str, interval: Interval) -> Series:
        info = await self._patience.call(f"symbol {symbol}", partial(self._exchange.symbol, symbol))
        return await self._keeper.run(partial(self._keeper.klines.register, info, interval))

    def _connect(self, share: Sequence[Series]) -> Coroutine[Any, Any, None]:
        line = Line(self._exchange, share, self.clock, self.inbox, self.counters, self.trades, self._doubt)
        return Supervisor(line, partial(self._came_back, share)).run()

    def _came_back(self, share: Sequence[Series]) -> None:
        followers = [self.followers[series.symbol, series.interval.name] for series in share]
        for follower in followers:
            follower.catch_up()
        self._back.put_nowait(followers)

    def _catch_up(self) -> None:
        for follower in self.followers.values():
            follower.catch_up()

    def _doubt(self, key: Key | None) -> None:
        if key is None:  # the message does not tell whose it was
            for follower in self.followers.values():
                follower.doubt()
        elif key in self.followers:
            self.followers[key].counters.rejected += 1
            self.followers[key].doubt()

    async def _say_live(self) -> None:
        while True:
            for follower in await self._back.get():
                await follower.caught_up.wait()
                log.info("%s is live: back-filled and connected", follower.series)

    async def _follow_trades(self) -> None:
        if self._trade_kinds and isinstance(self._exchange, TradeSource):
            await self.trades.heal(self._exchange)

    async def _keep_clock(self) -> None:
        samples = 2
        while True:
            hurry = samples < _FIRST_SAMPLES or self.clock.speed > 2
            await asyncio.sleep(_FAST_SAMPLE_S if hurry else _SLOW_SAMPLE_S)
            await self._sample_clock()
            samples += 1

    async def _sample_clock(self) -> None:
        ask = partial(self.clock.sample, self._exchange.server_time)
        await self._patience.call("exchange time", ask)
        # A follower that asked for the time may have been the first to see it jump.
        if self.clock.jumps > self.counters.clock_jumps:
            log.warning("the market clock jumped: reading again from the last confirmed bars")
            self.counters.clock_jumps = self.clock.jumps
            self._catch_up()

    async def _save_clock(self) -> None:
        while True:
            await self._keeper.run(self._save_clock_now)
            await asyncio.sleep(_CLOCK_SAVED_EVERY_S)

    def _save_clock_now(self) -> None:
        self._saver.save(self._exchange.exchange, self.clock.now(), self.clock.speed)
