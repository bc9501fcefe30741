"""History is mutable: read it again, keep what the exchange says today, and tell what differed.

Each run reads the last days and the next part of everything before them; where it stopped is remembered in
the database, so that runs on end go over the whole history again and again.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import partial
from typing import Final

import pyarrow as pa

from ingest.drift import differences, lacking
from ingest.finding import Finding
from ingest.keeper import Keeper
from ingest.pager import Pager
from ingest.patience import Patience
from ingest.plan import WINDOW_BARS, windows
from ingest.reading import Reading, last_final_open, read
from ingest.settling import settle_holes
from market.coverage import Covered, Hole, HoleReason, uncovered
from market.errors import ExchangeUnavailable, UnknownSymbol
from market.interval import DAY, Interval, Series
from market.ports import HealthStore, KlineSource, Recheck

RECENT_DAYS: Final = 3.0
# Runs until the whole of an old history was read again; once a day makes it a month.
ROUND: Final = 30
Window = tuple[int, int]


class Rechecker:
    """Reads covered history of one exchange again.

    With `keep` what differs is written (each change of a confirmed bar becomes a revision) and the progress
    is remembered; without it nothing is. `pause`: seconds between two windows of 5,000 bars.
    """

    def __init__(
        self,
        source: KlineSource,
        keeper: Keeper,
        health: HealthStore,
        patience: Patience,
        *,
        days: float = RECENT_DAYS,
        keep: bool = True,
        pause: float = 0.0,
    ) -> None:
        self._source = source
        self._keeper = keeper
        self._health = health
        self._patience = patience
        self._pager = Pager(source, patience)
        # One attempt: a window is tried again as a whole.
        self._once = Pager(source, Patience(1))
        self._days = days
        self._keep = keep
        self._pause = pause

    async def due(self, series: Series, now: int) -> bool:
        """Whether the newest run over a series lies a day of market time back."""
        return not 0 <= now - (await self._progress(series)).checked_at < DAY

    async def run(self, series: Series, now: int) -> list[Finding]:
        """One run over a series; `now` is market time from before it. What differed, oldest part first."""
        try:
            found = await self._run(series, now)
        except UnknownSymbol as error:
            found = [Finding(str(series), "drift", f"not read again: {error}", note=True)]
        # Last: a run that is killed is due again.
        await self._remember(series, replace(await self._progress(series), checked_at=now))
        return found

    async def _run(self, series: Series, now: int) -> list[Finding]:
        covered = await self._keeper.run(partial(self._keeper.klines.coverage, series))
        holes = await self._keeper.run(partial(self._keeper.klines.holes, series))
        spans = listed_spans(covered, holes, last_final_open(series.interval, now) + 1)
        first = await self._pager.first(series)
        if first is None and spans:
            detail = "the exchange has no candle of it any more; nothing was withdrawn"
            return [Finding(str(series), "drift", detail)]
        # Some exchanges serve the newest bars only: what they served before is still what happened.
        spans = _from(spans, first or 0)
        recent = series.interval.ceil(now - int(self._days * DAY))
        found = await self._old_part(series, _before(spans, recent), now)
        for start, end in _from(spans, recent):
            for window in windows(series.interval, start, end - 1):
                found += await self._look(series, window, now)
        if self._keep:
            info = await self._patience.call(f"symbol {series}", partial(self._source.symbol, series.symbol))
            await settle_holes(self._pager, self._keeper, series, info, now)
        return found

    async def _old_part(self, series: Series, spans: list[Window], now: int) -> list[Finding]:
        at = await self._progress(series)
        found: list[Finding] = []
        todo, whole = next_part(series.interval, spans, at.next_time)
        for window in todo:
            found += await self._look(series, window, now)
            await self._remember(series, replace(at, next_time=window[1] + 1))
        if whole and spans:
            await self._remember(series, replace(at, next_time=0, rounds=at.rounds + 1))
        return found

    async def _progress(self, series: Series) -> Recheck:
        found = await self._keeper.run(partial(self._health.recheck, series))
        return found or Recheck(next_time=0, rounds=0, checked_at=0)

    async def _remember(self, series: Series, progress: Recheck) -> None:
        if self._keep:
            await self._keeper.run(partial(self._health.save_recheck, series, progress))

    async def _look(self, series: Series, window: Window, now: int) -> list[Finding]:
        before = await self._keeper.run(partial(self._keeper.klines.read, series, window[0], window[1] + 1))
        again = partial(self._read, series, window, before, now)
        reading = await self._patience.call(f"{series} read again", again)
        if before.num_rows > 1 and not reading.klines.num_rows:
            detail = (
                f"none of {before.num_rows} candles is left on the exchange; `populate --refresh` drops them"
            )
            return [Finding(str(series), "drift", detail)]
        if self._keep:
            await self._keeper.confirm(series, reading, now)
        await asyncio.sleep(self._pause)
        return differences(series, before, reading.klines)

    async def _read(self, series: Series, window: Window, before: pa.Table, now: int) -> Reading:
        """A bar on record is taken for withdrawn only when two readings agree that it is gone."""
        reading = await read(self._once, series, *window, now)
        gone = lacking(before, reading.klines)
        if not gone:
            return reading
        second = await read(self._once, series, *window, now)
        if lacking(before, second.klines) != gone:
            raise ExchangeUnavailable(f"{series}: two answers do not agree on which candles there are")
        return second


def listed_spans(covered: Sequence[Covered], holes: Sequence[Hole], until: int) -> list[Window]:
    """Covered ranges `[start, end)` of any source, without the time before listing and after delisting."""
    if not covered:
        return []
    first = min(each.start for each in covered)
    reasons = (HoleReason.BEFORE_LISTING, HoleReason.AFTER_DELISTING)
    left_out = [Covered(a, b) for a, b in uncovered(covered, first, until)]
    left_out += [Covered(hole.start, hole.end) for hole in holes if hole.reason in reasons]
    return uncovered(left_out, first, until)


def next_part(interval: Interval, spans: Sequence[Window], start: int) -> tuple[list[Window], bool]:
    """The windows of the next run from open time `start` on, and whether they reach the end."""
    size = max(WINDOW_BARS, -(-sum(interval.count(a, b) for a, b in spans) // ROUND))
    found: list[Window] = []
    for a, b in _windows(interval, _from(spans, start)):
        if size <= 0:
            return found, False
        found.append((a, b))
        size -= interval.count(a, b + 1)
    return found, True


def _windows(interval: Interval, spans: Sequence[Window]) -> Iterator[Window]:
    for start, end in spans:
        yield from windows(interval, start, end - 1)


def _before(spans: Sequence[Window], time: int) -> list[Window]:
    return [(start, min(end, time)) for start, end in spans if start < time]


def _from(spans: Sequence[Window], time: int) -> list[Window]:
    return [(max(start, time), end) for start, end in spans if end > time]
