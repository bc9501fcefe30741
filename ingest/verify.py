"""Every invariant of the stored klines, checked again from what the store gives back."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import pyarrow as pa
import pyarrow.compute as pc

from ingest.expected import check_outages
from ingest.finding import Finding
from ingest.gaps import Gap, gaps
from ingest.times import to_iso
from market.coverage import Covered, Hole, HoleReason, merge, uncovered
from market.errors import InvalidMarketData
from market.interval import Interval, Series
from market.kline import KLINE_SCHEMA, Finality, check_klines
from market.ports import KlineStore

_PAGE: Final = 50_000
_EVERYTHING: Final = (0, 2**53)


def verify_series(store: KlineStore, series: Series, market_now: int) -> Iterator[Finding]:
    """Order, values, grid, finality, coverage against rows against holes."""
    covered = merge(store.coverage(series))
    holes = store.holes(series)
    yield from _check_holes(series, holes)
    yield from check_outages(store, series, holes, covered)
    last: pa.Table | None = None
    missing = _Missing(series.interval, covered)
    for page in _pages(store, series):
        joined = page if last is None else pa.concat_tables([last, page])
        yield from _check_page(series, joined, page, market_now)
        yield from _check_covered(series, page, covered)
        missing.add(page)
        last = page.slice(page.num_rows - 1)
    yield from _compare(series, missing.finish(), holes)


def _pages(store: KlineStore, series: Series) -> Iterator[pa.Table]:
    start, end = _EVERYTHING
    while (page := store.read(series, start, end, limit=_PAGE)).num_rows:
        yield page
        start = page.column("open_time")[-1].as_py() + 1


def _check_page(series: Series, joined: pa.Table, page: pa.Table, market_now: int) -> Iterator[Finding]:
    try:
        check_klines(joined.select(KLINE_SCHEMA.names))
    except InvalidMarketData as error:
        yield Finding(str(series), "values and order", str(error))
    running = page.filter(pc.greater_equal(page.column("close_time"), market_now))
    for time in running.column("open_time").to_pylist():
        yield Finding(str(series), "finality", f"the candle of {to_iso(time)} has not closed yet")
    odd = [time for time in page.column("open_time").to_pylist() if series.interval.floor(time) != time]
    if odd:
        yield Finding(str(series), "grid", f"{len(odd)} bars off the grid, first {to_iso(odd[0])}", note=True)
    closed = page.filter(pc.equal(page.column("finality"), str(Finality.CLOSED))).num_rows
    if closed:
        yield Finding(str(series), "finality", f"{closed} closed candles await confirmation", note=True)


def _check_covered(series: Series, page: pa.Table, covered: list[Covered]) -> Iterator[Finding]:
    confirmed = page.filter(pc.equal(page.column("finality"), str(Finality.CONFIRMED))).column("open_time")
    inside = pa.array([False] * len(confirmed), pa.bool_())
    for each in covered:
        within = pc.and_(pc.greater_equal(confirmed, each.start), pc.less(confirmed, each.end))
        inside = pc.or_(inside, within)
    outside = len(confirmed) - (pc.sum(inside).as_py() or 0)
    if outside:
        yield Finding(str(series), "coverage", f"{outside} confirmed candles lie outside every covered range")


def _check_holes(series: Series, holes: list[Hole]) -> Iterator[Finding]:
    for hole in holes:
        where = f"{to_iso(hole.start)} to {to_iso(hole.end)}"
        if not hole.evidence:
            yield Finding(str(series), "holes", f"the hole {where} has no evidence for {hole.reason}")
        if hole.bars != series.interval.count(hole.start, hole.end):
            yield Finding(str(series), "holes", f"the hole {where} does not miss {hole.bars} candles")
        if hole.reason is HoleReason.UNKNOWN:
            yield Finding(str(series), "holes", f"the hole {where} has no known reason", note=True)


class _Missing:
    """Collects the missing bars inside the covered ranges while pages go by.

    A bar that only the stream has told of is missing still: its hole stands until REST has it too.
    """

    def __init__(self, interval: Interval, covered: list[Covered]) -> None:
        self._interval = interval
        self._covered = covered
        self._found: list[Gap] = []
        self._last: pa.Table | None = None

    def add(self, page: pa.Table) -> None:
        """Gaps between consecutive confirmed rows, the last one of the pages before included."""
        rows = page.filter(pc.equal(page.column("finality"), str(Finality.CONFIRMED)))
        if rows.num_rows == 0:
            return
        rows = rows if self._last is None else pa.concat_tables([self._last, rows])
        first, last = rows.column("open_time")[0].as_py(), rows.column("open_time")[-1].as_py()
        if self._last is None:
            self._found += self._before(first)
        self._found += gaps(rows, self._interval, first, last)
        self._last = rows.slice(rows.num_rows - 1)

    def finish(self) -> list[Gap]:
        """All missing bars that were covered."""
        end = self._last.column("close_time")[0].as_py() + 1 if self._last is not None else _EVERYTHING[0]
        tail = [self._clip(Gap(max(end, each.start), each.end, 0)) for each in self._covered]
        inside = [
            self._clip(Gap(max(gap.start, each.start), min(gap.end, each.end), 0))
            for gap in self._found
            for each in self._covered
        ]
        return sorted({gap for gap in [*inside, *tail] if gap.bars > 0})

    def _before(self, first: int) -> list[Gap]:
        return [Gap(each.start, min(each.end, first), 0) for each in self._covered if each.start < first]

    def _clip(self, gap: Gap) -> Gap:
        start, end = self._interval.ceil(gap.start), self._interval.ceil(gap.end)
        return Gap(start, end, self._interval.count(start, end) if start < end else 0)


def _compare(series: Series, missing: list[Gap], holes: list[Hole]) -> Iterator[Finding]:
    # Holes of different reasons may touch: what counts is that together they leave no bar of the grid out.
    explained = [Covered(hole.start, hole.end) for hole in holes]
    for gap in missing:
        if any(series.interval.count(*part) for part in uncovered(explained, gap.start, gap.end)):
            where = f"{to_iso(gap.start)} to {to_iso(gap.end)}"
            yield Finding(str(series), "holes", f"{gap.bars} candles from {where} are missing without a hole")
    bars, known = sum(gap.bars for gap in missing), sum(hole.bars for hole in holes)
    if bars < known:
        yield Finding(str(series), "holes", f"holes claim {known} missing candles, {bars} are missing")
