"""Quotes from the live stream to stored samples, and old samples out of the store."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from datetime import timedelta
from functools import partial
from typing import Final

from ingest.counters import StreamCounters
from ingest.inbox import Inbox
from ingest.keeper import Keeper
from ingest.market_clock import SampledClock
from ingest.sampler import TickSampler
from ingest.together import together
from market.errors import InvalidMarketData
from market.ports import TickStore
from market.tick import Tick

log = logging.getLogger(__name__)
_TICKS_EVERY_S: Final = 1.0
_PURGE_EVERY_S: Final = 3600.0


class TickWriter:
    """The ticks of one exchange."""

    def __init__(
        self,
        sampler: TickSampler,
        inbox: Inbox,
        ticks: TickStore,
        keeper: Keeper,
        clock: SampledClock,
        counters: StreamCounters,
        retention: timedelta,
    ) -> None:
        self._sampler = sampler
        self._inbox = inbox
        self._ticks = ticks
        self._keeper = keeper
        self._clock = clock
        self._counters = counters
        self._retention = retention

    async def run(self) -> None:
        """For ever."""
        await together(self._sample_quotes(), self._store_ticks(), self._purge_ticks())

    async def _sample_quotes(self) -> None:
        while True:
            for frame in await self._inbox.quotes():
                self._sampler.update(frame, self._clock.now())

    async def _store_ticks(self) -> None:
        while True:
            await asyncio.sleep(_TICKS_EVERY_S)
            batch = self._sampler.take(self._clock.now())
            self._counters.ticks_dropped = self._sampler.dropped
            if batch:
                await self._store(batch)

    async def _store(self, batch: Sequence[Tick]) -> None:
        """One sample that does not fit keeps no other from being stored."""
        try:
            await self._keeper.run(partial(self._ticks.write, batch))
        except InvalidMarketData as error:
            if len(batch) == 1:
                log.error("a tick sample was refused by the store: %s", error)
                return
            for each in batch:
                await self._store([each])

    async def _purge_ticks(self) -> None:
        while True:
            before = self._clock.now() - int(self._retention.total_seconds() * 1000)
            gone = await self._keeper.run(partial(self._ticks.purge, before))
            log.info("tick retention: %d samples older than %s deleted", gone, self._retention)
            await asyncio.sleep(_PURGE_EVERY_S)
