"""The in-memory twin of the archive store."""

from __future__ import annotations

from dataclasses import replace

from market.interval import Series
from market.kline import Finality, Source
from market.ports import FileRows, ImportedFile, WriteResult
from market.store.memory import MemoryKlineStore


class MemoryArchiveStore:
    """`ArchiveStore` beside a `MemoryKlineStore`."""

    def __init__(self, klines: MemoryKlineStore) -> None:
        self._klines = klines
        self._files: dict[tuple[Series, str], ImportedFile] = {}

    def import_file(self, series: Series, rows: FileRows, *, now: int) -> WriteResult:
        """Rows, coverage, holes, provenance and the change-log lines of a file."""
        result = self._klines.write(
            series,
            rows.klines,
            finality=Finality.CONFIRMED,
            source=Source.ARCHIVE,
            now=now,
            covered=(rows.file.start, rows.file.end),
            holes=rows.holes,
        )
        self._files[series, rows.file.name] = replace(rows.file, imported_at=now)
        return result

    def imported(self, series: Series) -> list[ImportedFile]:
        """Files that the series was read from, by range."""
        self._klines.coverage(series)
        files = [file for (owner, _), file in self._files.items() if owner == series]
        return sorted(files, key=lambda file: (file.start, file.end, file.name))
