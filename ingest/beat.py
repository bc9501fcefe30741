"""The health of every followed series, written every few seconds and shown to Prometheus."""

from __future__ import annotations

import asyncio
from collections import Counter
from functools import partial
from typing import Final

from ingest.budget import RateBudget
from ingest.keeper import Keeper
from ingest.metrics import Metrics
from ingest.stream import LiveStream
from market.coverage import HoleReason
from market.interval import Series
from market.ports import Health, HealthStore, Pulse

_EVERY_S: Final = 15.0
_FIRST_LOOK_S: Final = 0.5


class Beat:
    """One live stream with its budget."""

    def __init__(
        self, live: LiveStream, health: HealthStore, keeper: Keeper, budget: RateBudget, metrics: Metrics
    ) -> None:
        self._live = live
        self._health = health
        self._keeper = keeper
        self._budget = budget
        self._metrics = metrics

    async def run(self) -> None:
        """For ever, from the moment at which series are followed."""
        while not self._live.followers:
            await asyncio.sleep(_FIRST_LOOK_S)
        while True:
            await self.once()
            await asyncio.sleep(_EVERY_S)

    async def once(self) -> list[Health]:
        """One row per series."""
        saved = await self._keeper.run(partial(self._health.save, self._pulses()))
        for health in saved:
            series = health.pulse.series
            self._metrics.health[series] = health
            for reason, bars in (await self._missing(series, health)).items():
                self._metrics.missing[series, reason] = bars
        return saved

    def _pulses(self) -> list[Pulse]:
        counters, now = self._live.counters, self._live.clock.now()
        return [
            Pulse(
                series,
                now,
                reconnects=counters.reconnects,
                stream_differences=each.differences,
                rejected_frames=each.rejected,
                spilled=each.spilled,
                weight_used=self._budget.used,
                weight_limit=self._budget.ceiling,
            )
            for series, each in counters.series.items()
        ]

    async def _missing(self, series: Series, health: Health) -> dict[HoleReason, int]:
        missing = Counter(dict.fromkeys(HoleReason, 0))
        if health.holes:
            for hole in await self._keeper.run(partial(self._keeper.klines.holes, series)):
                missing[hole.reason] += hole.bars
        return missing
