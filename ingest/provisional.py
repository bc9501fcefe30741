"""Closed candles of the stream go into the record at once, as closed; REST confirms them seconds later."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from functools import partial
from typing import Final

from ingest.counters import Reject, StreamCounters
from ingest.follower import Follower
from ingest.inbox import Inbox, Key
from ingest.keeper import Keeper
from ingest.live import KlineFrame
from ingest.market_clock import SampledClock
from market.interval import Series
from market.kline import Kline

log = logging.getLogger(__name__)
# How far (ms of wall time) our idea of the market clock may be behind the exchange's own.
_CLOCK_ERROR_MS: Final = 2_000
_BARS_PER_WRITE: Final = 500
_LOGGED: Final = 20


class Provisional:
    """Takes what waits in the inbox, all series together, and writes it in one transaction."""

    def __init__(
        self,
        inbox: Inbox,
        keeper: Keeper,
        clock: SampledClock,
        counters: StreamCounters,
        followers: Mapping[Key, Follower],
    ) -> None:
        self._inbox = inbox
        self._keeper = keeper
        self._clock = clock
        self._counters = counters
        self._followers = followers

    async def run(self) -> None:
        """For ever."""
        while True:
            frames, spilled = await self._inbox.closed()
            for key, count in spilled.items():
                self._spill(key, count)
            bars = [bar for frame in frames for bar in self._wanted(frame)]
            for at in range(0, len(bars), _BARS_PER_WRITE):
                batch = bars[at : at + _BARS_PER_WRITE]
                write = partial(self._keeper.klines.write_closed, batch, now=self._clock.now())
                await self._keeper.run(write)

    def _wanted(self, frame: KlineFrame) -> list[tuple[Series, Kline]]:
        follower, kline = self._followers.get(frame.key), frame.kline
        if follower is None or kline is None:
            return []
        ahead = kline.close_time - self._clock.now()
        if ahead > _CLOCK_ERROR_MS * max(1.0, self._clock.speed):
            self._counters.rejected[Reject.AHEAD] += 1
            follower.counters.rejected += 1
            follower.doubt()
            if self._counters.rejected[Reject.AHEAD] <= _LOGGED:
                log.warning("%s: the stream closed a bar %d ms before its end", follower.series, ahead)
            return []
        return [(follower.series, kline)] if follower.heard(kline) else []

    def _spill(self, key: Key, count: int) -> None:
        if follower := self._followers.get(key):
            follower.counters.spilled += count
            follower.catch_up()
            log.warning("%s: %d closed candles found the queue full; reading again", follower.series, count)
