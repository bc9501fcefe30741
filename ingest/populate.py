"""Filling history: only what is not covered is read, several windows at a time, one writer behind them."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from itertools import zip_longest
from typing import Final, Protocol

from ingest.keeper import Keeper
from ingest.pager import Pager
from ingest.patience import Patience
from ingest.plan import Job, Wanted, make_jobs, missing_ranges, windows
from ingest.reading import Reading, read
from ingest.settling import settle_holes
from ingest.times import to_iso
from ingest.together import together
from market.coverage import Hole, HoleReason
from market.interval import Series
from market.kline import empty_klines
from market.ports import KlineSource

log = logging.getLogger(__name__)
Window = tuple[Series, int, int]
_WORKERS: Final = 8


class Progress(Protocol):
    """Who is told how far a run is."""

    def begin(self, series: Series, bars: int) -> None:
        """A series starts; `bars` of the grid are to be read."""
        ...

    def advance(self, series: Series, bars: int, rows: int) -> None:
        """`bars` more were read and `rows` written."""
        ...


@dataclass(slots=True)
class Report:
    """What one series got out of a run."""

    series: Series
    read: int = 0
    inserted: int = 0
    changed: int = 0
    withdrawn: int = 0
    holes: list[Hole] = field(default_factory=list)


class Populate:
    """One run over several series. Killed at any point, it is simply run again."""

    def __init__(
        self,
        source: KlineSource,
        keeper: Keeper,
        patience: Patience,
        progress: Progress,
        *,
        refresh: bool = False,
    ) -> None:
        self._source = source
        self._keeper = keeper
        self._progress = progress
        self._refresh = refresh
        self._patience = patience
        self._pager = Pager(source, patience)
        self._now = 0

    async def run(self, wanted: Sequence[Wanted]) -> list[Report]:
        """Read every series; a report for each. The first error that patience cannot heal comes out."""
        self._now = await self._patience.call("exchange time", self._source.server_time)
        jobs = await make_jobs(self._source, self._patience, wanted, self._now)
        reports = {job.series: Report(job.series) for job in jobs}
        work: list[list[Window]] = []
        for job in jobs:
            await self._keeper.run(partial(self._keeper.klines.register, job.info, job.series.interval))
            work.append([(job.series, *window) for window in await self._open_windows(job)])
        # The series take turns, so that all bars move and all estimates mean something.
        turns = (window for turn in zip_longest(*work) for window in turn if window)
        await self._work_off(turns, reports)
        for job in jobs:
            holes = await settle_holes(self._pager, self._keeper, job.series, job.info, self._now)
            reports[job.series].holes = holes
        return list(reports.values())

    async def _open_windows(self, job: Job) -> list[tuple[int, int]]:
        interval = job.series.interval
        covered = await self._keeper.run(partial(self._keeper.klines.coverage, job.series))
        parts = missing_ranges(job, () if self._refresh else covered)
        if parts:
            parts = await self._after_listing(job.series, parts)
        self._progress.begin(job.series, sum(interval.count(a, b + 1) for a, b in parts))
        return [window for start, end in parts for window in windows(interval, start, end)]

    async def _after_listing(self, series: Series, parts: list[tuple[int, int]]) -> list[tuple[int, int]]:
        """Record the stretch before the first bar ever as a hole and keep the rest."""
        first = await self._pager.first(series)
        if first is None:
            log.warning("%s has no candle yet: nothing to read", series)
            return []
        for start, end in parts:
            if start < first:
                await self._before_listing(series, start, min(end + 1, first), first)
        return [(max(start, first), end) for start, end in parts if end >= first]

    async def _before_listing(self, series: Series, start: int, end: int, first: int) -> None:
        bars = series.interval.count(start, end)
        evidence = f"the first bar ever opens at {to_iso(first)}"
        hole = Hole(start, end, bars, HoleReason.BEFORE_LISTING, evidence)
        await self._keeper.confirm(
            series, Reading(start, end - 1, empty_klines(), [hole] if bars else []), self._now
        )

    async def _work_off(self, work: Iterator[Window], reports: dict[Series, Report]) -> None:
        async def worker() -> None:
            for series, start, end in work:
                reading = await read(self._pager, series, start, end, self._now)
                await self._finish(reading, reports[series])

        await together(*(worker() for _ in range(_WORKERS)))

    async def _finish(self, reading: Reading, report: Report) -> None:
        result = await self._keeper.confirm(report.series, reading, self._now)
        rows = reading.klines.num_rows
        report.read += rows
        report.inserted += result.inserted
        report.changed += result.changed
        report.withdrawn += result.withdrawn
        bars = report.series.interval.count(*reading.covered)
        self._progress.advance(report.series, bars, rows)
