"""One file of the archive into the record: verified, validated, its gaps asked of REST, stored at once."""

from __future__ import annotations

import asyncio
import logging
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Final

import pyarrow as pa
import pyarrow.compute as pc

from ingest.archive.client import ArchiveSource, Download, download
from ingest.archive.odd_lines import Rejected
from ingest.archive.parse import Parsed, parse
from ingest.archive.period import Period
from ingest.archive.quarantine import Quarantine
from ingest.archive.unzip import text_bound, unzip
from ingest.gaps import Gap, gaps
from ingest.keeper import Keeper
from ingest.pager import Pager
from ingest.reading import read
from market.coverage import Hole
from market.errors import InvalidMarketData
from market.kline import KLINE_SCHEMA, Source
from market.ports import ArchiveStore, FileRows, ImportedFile, WriteResult

log = logging.getLogger(__name__)
_SHOWN: Final = 12  # digits of a checksum that tell files apart for a reader
# A file with more gaps than this is read anew as a whole: that takes fewer requests than its gaps.
_MANY_GAPS: Final = 40


@dataclass(frozen=True, slots=True)
class Imported:
    """What a file did, with what REST had for its gaps; its rows, lines put aside, rows where REST stands."""

    result: WriteResult
    rows: int
    rejected: int
    conflicts: int


class FileImport:
    """Imports files; `now` is market time from before the first of them."""

    def __init__(
        self, source: ArchiveSource, store: ArchiveStore, quarantine: Quarantine, keeper: Keeper, pager: Pager
    ) -> None:
        self._source = source
        self._store = store
        self._quarantine = quarantine
        self._keeper = keeper
        self._pager = pager
        # Reading takes a third of the time of storing: one after the other, the first file is ready soonest.
        self._one_reader = asyncio.Semaphore(1)

    async def run(self, file: Period, now: int) -> Imported | None:
        """None where there is no such file or it is unusable as a whole: its bars are still to be read."""
        try:
            found = await download(self._source, file)
            if found is None:
                return None
            async with self._one_reader:
                parsed = await asyncio.to_thread(_open, found, file)
        except InvalidMarketData as error:
            log.warning("%s is put aside, its candles are read from elsewhere: %s", file.name, error)
            await asyncio.to_thread(self._quarantine.put, file, "", [Rejected(0, "", str(error))])
            return None
        return await self._store_rows(file, found, parsed, now)

    async def is_unchanged(self, file: Period) -> bool:
        """Whether the file was imported and the archive still names the same checksum."""
        known = await self._keeper.run(partial(self._store.imported, file.series))
        before = next((each.sha256 for each in known if each.name == file.name), None)
        try:
            return before is not None and await self._source.checksum(file) == before
        except InvalidMarketData:
            return False

    async def _store_rows(self, file: Period, found: Download, parsed: Parsed, now: int) -> Imported:
        holes, by_rest = await self._by_rest(file, found, parsed, now)
        rows = FileRows(
            ImportedFile(file.name, found.sha256, file.start, file.end), parsed.klines, parsed.lines, holes
        )
        if parsed.rejected:
            log.warning("%s: %d lines are put aside", file.name, len(parsed.rejected))
        # Before the file counts as imported: it is not looked at again until it changes.
        await asyncio.to_thread(self._quarantine.put, file, found.sha256, parsed.rejected)
        result = await self._keeper.run(partial(self._store.import_file, file.series, rows, now=now))
        self._keeper.written[file.series, Source.ARCHIVE] += result.inserted + result.changed
        conflicts = await self._conflicts(file, parsed.klines) if result.kept else []
        if conflicts:
            log.warning("%s: %d candles differ from REST, which stands", file.name, len(conflicts))
            both = [*parsed.rejected, *conflicts]
            await asyncio.to_thread(self._quarantine.put, file, found.sha256, both)
        return Imported(result + by_rest, parsed.klines.num_rows, len(parsed.rejected), len(conflicts))

    async def _by_rest(
        self, file: Period, found: Download, parsed: Parsed, now: int
    ) -> tuple[list[Hole], WriteResult]:
        """Bars that the file lacks: REST's are stored, the rest are holes with evidence from both."""
        holes: list[Hole] = []
        result = WriteResult()
        for start, last in _stretches(gaps(parsed.klines, file.series.interval, file.start, file.last_open)):
            reading = await read(self._pager, file.series, start, last, now)
            label = f"not in {file.name} ({found.sha256[:_SHOWN]})"
            named = [replace(hole, evidence=f"{label}; {hole.evidence}") for hole in reading.holes]
            result += await self._keeper.confirm(file.series, replace(reading, holes=named), now)
            holes += named
        return holes, result

    async def _conflicts(self, file: Period, klines: pa.Table) -> list[Rejected]:
        """Both versions of every bar of the file about which REST says otherwise."""
        stored = await self._keeper.run(partial(self._keeper.klines.read, file.series, file.start, file.end))
        return await asyncio.to_thread(_disagreements, stored, klines)


def _disagreements(stored: pa.Table, klines: pa.Table) -> list[Rejected]:
    stands = stored.filter(pc.equal(stored.column("source"), str(Source.REST))).select(KLINE_SCHEMA.names)
    stands, said = _shared(stands, klines), _shared(klines, stands)
    differs = pc.not_equal(stands.column("close_time"), said.column("close_time"))
    for name in KLINE_SCHEMA.names:
        differs = pc.or_(differs, pc.not_equal(stands.column(name), said.column(name)))
    both = zip(stands.filter(differs).to_pylist(), said.filter(differs).to_pylist(), strict=True)
    return [Rejected(0, _text(file), f"REST stands: {_text(rest)}") for rest, file in both]


def _shared(klines: pa.Table, others: pa.Table) -> pa.Table:
    """The bars that the others have too."""
    return klines.filter(pc.is_in(klines.column("open_time"), others.column("open_time").combine_chunks()))


def _open(found: Download, file: Period) -> Parsed:
    bars = file.series.interval.count(file.start, file.end)
    text = unzip(found.body, f"{Path(file.name).stem}.csv", text_bound(bars))
    return parse(text, file)


def _stretches(missing: list[Gap]) -> list[tuple[int, int]]:
    """Ranges `[start, end]` (inclusive) to ask REST for."""
    if len(missing) > _MANY_GAPS:
        return [(missing[0].start, missing[-1].end - 1)]
    return [(gap.start, gap.end - 1) for gap in missing]


def _text(row: dict[str, object]) -> str:
    return ",".join(str(value) for value in row.values())
