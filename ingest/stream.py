"""Following the market live: the connection, the clock, the closes and the ticks, supervised by us."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Sequence
from contextlib import aclosing
from datetime import timedelta
from functools import partial
from typing import Final, Protocol

from ingest.follower import Follower
from ingest.keeper import Keeper
from ingest.live import Exchange, Frame, KlineFrame
from ingest.market_clock import SampledClock
from ingest.patience import Patience
from ingest.sampler import TickSampler
from ingest.together import together
from ingest.watchdog import Watchdog
from market.errors import ExchangeUnavailable, InvalidMarketData
from market.interval import Interval, Series
from market.ports import TickStore

log = logging.getLogger(__name__)
_TICKS_EVERY_S: Final = 1.0
_CLOCK_SAVED_EVERY_S: Final = 5.0
_PURGE_EVERY_S: Final = 3600.0
_WATCH_EVERY_S: Final = 0.5
_FAST_SAMPLE_S: Final = 1.0
_SLOW_SAMPLE_S: Final = 10.0
_FIRST_SAMPLES: Final = 4
# A connection that lived this long was a good one: the back-off starts anew after it.
_GOOD_CONNECTION_S: Final = 10.0


class ClockSaver(Protocol):
    """Where the market clock is shared with the other services."""

    def save(self, exchange: str, market_time: int, speed: float) -> None:
        """`market_time` is now, ms UTC; `speed` is market milliseconds per wall millisecond."""
        ...


class LiveStream:
    """Several series of one exchange, for ever."""

    def __init__(
        self,
        exchange: Exchange,
        keeper: Keeper,
        ticks: TickStore,
        saver: ClockSaver,
        retention: timedelta,
    ) -> None:
        self._exchange = exchange
        self._keeper = keeper
        self._ticks = ticks
        self._saver = saver
        self._retention = retention
        self._patience = Patience(None)
        self.clock = SampledClock()
        self.sampler = TickSampler(exchange.exchange)
        self.followers: dict[tuple[str, str], Follower] = {}
        self.connections = 0

    async def run(self, wanted: Sequence[tuple[str, Interval]]) -> None:
        """Follow these symbols and intervals; ends only with a `Terminal` error or when cancelled."""
        followed = [await self._register(symbol, interval) for symbol, interval in wanted]
        await self._patience.call("exchange time", partial(self.clock.start, self._exchange.server_time))
        self.followers = {
            (series.symbol, series.interval.name): Follower(series, self._exchange, self._keeper, self.clock)
            for series in followed
        }
        await together(
            self._keep_clock(),
            self._save_clock(),
            self._store_ticks(),
            self._purge_ticks(),
            self._stay_connected(followed),
            *(follower.run() for follower in self.followers.values()),
        )

    async def _register(self, symbol: str, interval: Interval) -> Series:
        info = await self._patience.call(f"symbol {symbol}", partial(self._exchange.symbol, symbol))
        return await self._keeper.run(partial(self._keeper.klines.register, info, interval))

    async def _stay_connected(self, followed: Sequence[Series]) -> None:
        while True:
            await self._patience.call("live stream", partial(self._connection, followed))

    async def _connection(self, followed: Sequence[Series]) -> None:
        """One connection; a bad one raises, so that the next waits longer, a good one just ends."""
        began = time.monotonic()
        watchdog = Watchdog(followed, self.clock, time.monotonic)
        try:
            await together(
                self._read_frames(followed, watchdog), self._watch(watchdog), self._say_live(followed)
            )
        except ExchangeUnavailable as error:
            if time.monotonic() - began < _GOOD_CONNECTION_S:
                raise
            log.warning("%s; connecting anew", error)

    async def _read_frames(self, followed: Sequence[Series], watchdog: Watchdog) -> None:
        self.connections += 1
        for follower in self.followers.values():
            follower.catch_up()
        async with aclosing(self._exchange.frames(followed)) as frames:
            async for frame in frames:
                self._take(frame, watchdog)

    def _take(self, frame: Frame, watchdog: Watchdog) -> None:
        if not isinstance(frame, KlineFrame):
            watchdog.heard()
            self.sampler.update(frame, self.clock.now())
            return
        key = frame.symbol, frame.interval.name
        watchdog.heard(key)
        if key in self.followers:
            self.followers[key].heard(frame)

    async def _watch(self, watchdog: Watchdog) -> None:
        while True:
            await asyncio.sleep(_WATCH_EVERY_S)
            watchdog.check()

    async def _say_live(self, followed: Sequence[Series]) -> None:
        for follower in self.followers.values():
            await follower.caught_up.wait()
            log.info("%s is live: back-filled and connected", follower.series)

    async def _keep_clock(self) -> None:
        samples = 2
        while True:
            hurry = samples < _FIRST_SAMPLES or self.clock.speed > 2
            await asyncio.sleep(_FAST_SAMPLE_S if hurry else _SLOW_SAMPLE_S)
            await self._sample_clock()
            samples += 1

    async def _sample_clock(self) -> None:
        ask = partial(self.clock.sample, self._exchange.server_time)
        if await self._patience.call("exchange time", ask):
            log.warning("the market clock jumped: reading again from the last confirmed bars")
            for follower in self.followers.values():
                follower.catch_up()

    async def _save_clock(self) -> None:
        while True:
            await self._keeper.run(self._save_clock_now)
            await asyncio.sleep(_CLOCK_SAVED_EVERY_S)

    def _save_clock_now(self) -> None:
        self._saver.save(self._exchange.exchange, self.clock.now(), self.clock.speed)

    async def _store_ticks(self) -> None:
        while True:
            await asyncio.sleep(_TICKS_EVERY_S)
            batch = self.sampler.take(self.clock.now())
            if not batch:
                continue
            try:
                await self._keeper.run(partial(self._ticks.write, batch))
            except InvalidMarketData as error:
                log.error("%d tick samples were refused by the store: %s", len(batch), error)

    async def _purge_ticks(self) -> None:
        while True:
            before = self.clock.now() - int(self._retention.total_seconds() * 1000)
            gone = await self._keeper.run(partial(self._ticks.purge, before))
            log.info("tick retention: %d samples older than %s deleted", gone, self._retention)
            await asyncio.sleep(_PURGE_EVERY_S)
