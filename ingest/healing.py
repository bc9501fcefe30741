"""Young holes are asked for again: after an outage an exchange often brings bars in later."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Iterable
from functools import partial
from typing import Final

from ingest.keeper import Keeper
from ingest.market_clock import SampledClock
from ingest.pager import Pager
from ingest.patience import Patience
from ingest.plan import windows
from ingest.reading import read
from market.coverage import Hole, HoleReason
from market.interval import DAY, SECOND, Series
from market.ports import KlineSource

log = logging.getLogger(__name__)
_LOOK_EVERY_S: Final = 10.0
# A hole is asked for again after a tenth of its age, so that the number of requests grows with the logarithm
# of its age only. What is older than a day is left to the daily look at history.
_SOONEST: Final = 30 * SECOND
_AGE_SHARE: Final = 10
_OLDEST: Final = DAY
_MAY_HEAL: Final = (HoleReason.OUTAGE, HoleReason.UNKNOWN)


class Healer:
    """`followed` names the series, as soon as there are any; times are market time."""

    def __init__(
        self,
        source: KlineSource,
        keeper: Keeper,
        clock: SampledClock,
        followed: Callable[[], Iterable[Series]],
    ) -> None:
        self._pager = Pager(source, Patience(None))
        self._keeper = keeper
        self._clock = clock
        self._followed = followed
        self._asked: dict[tuple[Series, int], int] = {}

    async def run(self) -> None:
        """For ever."""
        while True:
            for series in list(self._followed()):
                await self.once(series)
            await asyncio.sleep(_LOOK_EVERY_S)

    async def once(self, series: Series) -> None:
        """Ask for those holes of a series whose time has come, and keep what there is now."""
        now = self._clock.said
        holes = await self._keeper.run(partial(self._keeper.klines.holes, series))
        for hole in [each for each in holes if self._is_due(series, each, now)]:
            self._asked[series, hole.start] = now
            await self._ask(series, hole, now)
        self._asked = {key: at for key, at in self._asked.items() if now - at < _OLDEST}

    def _is_due(self, series: Series, hole: Hole, now: int) -> bool:
        age = now - hole.end
        if hole.reason not in _MAY_HEAL or not 0 <= age < _OLDEST:
            return False
        asked = self._asked.get((series, hole.start), hole.end)
        return now - asked >= max(_SOONEST, age // _AGE_SHARE)

    async def _ask(self, series: Series, hole: Hole, now: int) -> None:
        interval = series.interval
        for window in windows(interval, hole.start, interval.floor(hole.end - 1)):
            reading = await read(self._pager, series, *window, now)
            if reading.klines.num_rows:
                await self._keeper.confirm(series, reading, now)
                log.info("%s: %d missing candles have come", series, reading.klines.num_rows)
