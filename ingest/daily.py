"""The live process reads history again once a day of market time."""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from collections.abc import Callable, Iterable
from typing import Final

from ingest.market_clock import SampledClock
from ingest.recheck import Rechecker
from market.interval import Series

log = logging.getLogger(__name__)
# A window of 5,000 bars costs a weight of 10: with this pause between two, 5 % of the exchange's limit.
PAUSE_S: Final = 2.0
_LOOK_EVERY_S: Final = 60.0


class DailyRecheck:
    """`followed` names the series, as soon as there are any; `drift` counts what differed."""

    def __init__(
        self,
        rechecker: Rechecker,
        clock: SampledClock,
        followed: Callable[[], Iterable[Series]],
        drift: Counter[Series],
    ) -> None:
        self._rechecker = rechecker
        self._clock = clock
        self._followed = followed
        self._drift = drift

    async def run(self) -> None:
        """For ever; series take turns, so that the pace stays the same however many there are."""
        while True:
            for series in list(self._followed()):
                await self.once(series)
            await asyncio.sleep(_LOOK_EVERY_S)

    async def once(self, series: Series) -> None:
        """Read one series again if its last run lies a day back."""
        now = self._clock.said
        if not await self._rechecker.due(series, now):
            return
        found = await self._rechecker.run(series, now)
        for each in found:
            log.warning("%s %s: %s", each.series, each.check, each.detail)
        self._drift[series] += sum(not each.note for each in found)
        log.info("%s: history read again, %d findings", series, len(found))
