"""Filling history: only what is not covered is read, several windows at a time, one writer behind them."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from itertools import zip_longest
from typing import Final, Protocol

from ingest.archive.choice import Via, check, choose
from ingest.archive.importing import FileImport
from ingest.archive.period import Period
from ingest.keeper import Keeper
from ingest.pager import Pager
from ingest.patience import Patience
from ingest.plan import Job, Wanted, make_jobs, missing_ranges, windows
from ingest.reading import Reading, read
from ingest.settling import settle_holes
from ingest.times import to_iso
from ingest.together import together
from market.coverage import Covered, Hole, HoleReason, uncovered
from market.errors import ExchangeUnavailable, RefusedByExchange
from market.interval import DAY, Series
from market.kline import empty_klines
from market.ports import KlineSource, WriteResult

log = logging.getLogger(__name__)
Window = tuple[Series, int, int]
_WORKERS: Final = 8
# Two are being stored, one read, one downloaded.
_FILES_AT_ONCE: Final = 4
# The file of a month comes on the first Monday after it; until then there are only those of its days.
_PUBLISHED_WITHIN: Final = 14 * DAY


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
    kept: int = 0
    rejected: int = 0
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
        files: FileImport | None = None,
        via: Via = Via.AUTO,
    ) -> None:
        self._source = source
        self._keeper = keeper
        self._progress = progress
        self._refresh = refresh
        self._files = files
        self._via = via
        self._few = asyncio.Semaphore(_FILES_AT_ONCE)
        self._patience = patience
        self._pager = Pager(source, patience)
        self._now = 0

    async def run(self, wanted: Sequence[Wanted]) -> list[Report]:
        """Read every series; a report for each. The first error that patience cannot heal comes out."""
        check(self._via, has_archive=self._files is not None)
        self._now = await self._patience.call("exchange time", self._source.server_time)
        jobs = await make_jobs(self._source, self._patience, wanted, self._now)
        reports = {job.series: Report(job.series) for job in jobs}
        work: list[list[Window | Period]] = []
        for job in jobs:
            await self._keeper.run(partial(self._keeper.klines.register, job.info, job.series.interval))
            work.append(await self._open_work(job))
        # The series take turns, so that all bars move and all estimates mean something.
        turns = (piece for turn in zip_longest(*work) for piece in turn if piece)
        await self._work_off(turns, reports)
        for job in jobs:
            holes = await settle_holes(self._pager, self._keeper, job.series, job.info, self._now)
            reports[job.series].holes = holes
        return list(reports.values())

    async def _open_work(self, job: Job) -> list[Window | Period]:
        interval = job.series.interval
        covered = await self._keeper.run(partial(self._keeper.klines.coverage, job.series))
        parts = missing_ranges(job, () if self._refresh else covered)
        if parts:
            parts = await self._after_listing(job, parts, covered)
        self._progress.begin(job.series, sum(interval.count(a, b + 1) for a, b in parts))
        choice = choose(job.series, parts, self._via, has_archive=self._files is not None)
        if parts:
            log.info("%s: %s", job.series, choice.why)
        return [*choice.files, *_windows(job.series, choice.parts)]

    async def _after_listing(
        self, job: Job, parts: list[tuple[int, int]], covered: Sequence[Covered]
    ) -> list[tuple[int, int]]:
        """Record when it was listed and the stretch before that as a hole, and keep the rest.

        Some exchanges serve their newest bars only: what they served before is still what happened, and
        stays on record even where everything is read again.
        """
        series = job.series
        first = await self._pager.first(series)
        if first is None:
            log.warning("%s has no candle yet: nothing to read", series)
            return []
        older = await self._keeper.run(partial(self._keeper.klines.read, series, 0, first, limit=1))
        listed = older.column("open_time")[0].as_py() if older.num_rows else first
        info = replace(job.info, listed_at=listed)
        await self._keeper.run(partial(self._keeper.klines.register, info, series.interval))
        before = f"the first bar that the exchange has opens at {to_iso(listed)}"
        lost = f"the exchange has no bar from before {to_iso(first)} any more"
        for start, end in parts:
            if start < listed:
                await self._lacks(series, (start, min(end + 1, listed)), HoleReason.BEFORE_LISTING, before)
            for stretch in uncovered(covered, max(start, listed), min(end + 1, first)):
                await self._lacks(series, stretch, HoleReason.UNKNOWN, lost)
        return [(max(start, first), end) for start, end in parts if end >= first]

    async def _lacks(
        self, series: Series, stretch: tuple[int, int], reason: HoleReason, evidence: str
    ) -> None:
        start, end = stretch
        bars = series.interval.count(start, end)
        hole = Hole(series.interval.ceil(start), end, bars, reason, evidence)
        await self._keeper.confirm(
            series, Reading(start, end - 1, empty_klines(), [hole] if bars else []), self._now
        )

    async def _work_off(self, work: Iterator[Window | Period], reports: dict[Series, Report]) -> None:
        async def worker() -> None:
            for piece in work:
                if isinstance(piece, Period):
                    await self._import(piece, reports[piece.series])
                else:
                    await self._ask(piece, reports[piece[0]])

        await together(*(worker() for _ in range(_WORKERS)))

    async def _ask(self, window: Window, report: Report) -> None:
        reading = await read(self._pager, *window, self._now)
        result = await self._keeper.confirm(report.series, reading, self._now)
        self._count(report, result, reading.covered, reading.klines.num_rows)

    async def _import(self, file: Period, report: Report) -> None:
        async with self._few:
            if await self._imported(file, report):
                return
        if file.cadence == "monthly" and self._now - file.end < _PUBLISHED_WITHIN:
            for day in file.days():
                await self._import(day, report)
            return
        for window in _windows(file.series, [(file.start, file.end - 1)]):
            await self._ask(window, report)

    async def _imported(self, file: Period, report: Report) -> bool:
        """Whether the file could be used; an archive that fails is not asked again unless it has to be."""
        if self._files is None:
            return False
        try:
            if self._refresh and await self._files.is_unchanged(file):
                self._count(report, WriteResult(), (file.start, file.end), 0)
                return True
            found = await self._files.run(file, self._now)
        except (ExchangeUnavailable, RefusedByExchange) as error:
            if self._via is Via.ARCHIVE:
                raise
            log.warning("the archive is given up, REST is asked instead: %s", error)
            self._files = None
            return False
        if found is None:
            return False
        report.rejected += found.rejected
        report.kept += found.conflicts
        self._count(report, found.result, (file.start, file.end), found.rows)
        return True

    def _count(self, report: Report, result: WriteResult, covered: tuple[int, int], rows: int) -> None:
        report.read += rows
        report.inserted += result.inserted
        report.changed += result.changed
        report.withdrawn += result.withdrawn
        self._progress.advance(report.series, report.series.interval.count(*covered), rows)


def _windows(series: Series, parts: list[tuple[int, int]]) -> list[Window]:
    return [(series, *each) for start, end in parts for each in windows(series.interval, start, end)]
