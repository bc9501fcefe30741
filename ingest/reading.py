"""Reading a stretch of a series: its rows, and for every missing bar a hole with reason and evidence."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

import pyarrow as pa
import pyarrow.compute as pc

from ingest.gaps import Gap, gaps
from ingest.pager import Pager
from ingest.times import to_iso
from market.coverage import Hole, HoleReason
from market.interval import Interval, Series
from market.kline import empty_klines

# A bar is final only when it closed this long (ms of market time) before the time at which it was asked for.
FINAL_MARGIN: Final = 3_000
_ASKED_TWICE: Final = "asked twice, empty both times; market time {when}"
_DIFFERED: Final = "two answers differed, the second had some of these bars; market time {when}"


@dataclass(frozen=True, slots=True)
class Reading:
    """Rows and holes among the bars that open in `[start, end]` (inclusive)."""

    start: int
    end: int
    klines: pa.Table
    holes: list[Hole]

    @property
    def covered(self) -> tuple[int, int]:
        """The same range as the store wants it: `[start, end)`."""
        return self.start, self.end + 1

    def until(self, last_open: int) -> Reading:
        """The part up to and including the bar that opens at `last_open`."""
        rows = self.klines.filter(pc.less_equal(self.klines.column("open_time"), last_open))
        return Reading(self.start, last_open, rows, [hole for hole in self.holes if hole.start < last_open])

    def after(self, last_open: int, interval: Interval) -> Reading:
        """The part after the bar that opens at `last_open`, which may be nothing."""
        start = min(max(self.start, last_open + 1), self.end + 1)
        rows = self.klines.filter(pc.greater_equal(self.klines.column("open_time"), start))
        cut = [replace(hole, start=max(hole.start, interval.ceil(start))) for hole in self.holes]
        left = [
            replace(hole, bars=interval.count(hole.start, hole.end)) for hole in cut if hole.start < hole.end
        ]
        return Reading(start, self.end, rows, left)


def last_final_open(interval: Interval, market_now: int) -> int:
    """Open time of the newest bar of the grid that is final at this market time."""
    running = interval.floor(market_now - FINAL_MARGIN)
    return interval.floor(running - 1)


async def read(pager: Pager, series: Series, start: int, end: int, asked_at: int) -> Reading:
    """Final bars that open in `[start, end]`; `asked_at` is market time from before the first request."""
    pages = [page async for page in pager.pages(series, start, end)]
    klines = _final(pa.concat_tables([empty_klines(), *pages]), asked_at)
    last = klines.column("open_time")[-1].as_py() if klines.num_rows else start - 1
    holes: list[Hole] = []
    for gap in gaps(klines, series.interval, start, end):
        if gap.start > last:  # the pager has already asked twice for the end of the range
            holes.append(_hole(gap, HoleReason.OUTAGE, _ASKED_TWICE, asked_at))
            continue
        healed, found = await _ask_again(pager, series, gap, asked_at)
        klines, holes = pa.concat_tables([klines, healed]), holes + found
    ordered = klines.sort_by("open_time").combine_chunks()
    return Reading(start, end, ordered, holes)


async def _ask_again(pager: Pager, series: Series, gap: Gap, asked_at: int) -> tuple[pa.Table, list[Hole]]:
    if (await pager.page(series, gap.start, gap.end - 1)).num_rows == 0:
        return empty_klines(), [_hole(gap, HoleReason.OUTAGE, _ASKED_TWICE, asked_at)]
    pages = [page async for page in pager.pages(series, gap.start, gap.end - 1)]
    healed = _final(pa.concat_tables([empty_klines(), *pages]), asked_at)
    last = series.interval.floor(gap.end - 1)
    left = gaps(healed, series.interval, gap.start, last)
    return healed, [_hole(each, HoleReason.UNKNOWN, _DIFFERED, asked_at) for each in left]


def _final(klines: pa.Table, asked_at: int) -> pa.Table:
    return klines.filter(pc.less(klines.column("close_time"), asked_at - FINAL_MARGIN))


def _hole(gap: Gap, reason: HoleReason, evidence: str, asked_at: int) -> Hole:
    return Hole(gap.start, gap.end, gap.bars, reason, evidence.format(when=to_iso(asked_at)))
