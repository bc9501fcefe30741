"""`ArchiveStore` on MySQL and MariaDB."""

from __future__ import annotations

from typing import Any, Final

from market.interval import Series
from market.kline import Finality, Source
from market.ports import FileRows, ImportedFile, WriteResult
from market.store.connection import Database
from market.store.kline_plan import Batch
from market.store.klines import lock_series, write_batch
from market.store.registry import find_series

_SAVE: Final = (
    "INSERT INTO archive_files (series_id, file, sha256, start_time, end_time, imported_at)"
    " VALUES (%s, %s, %s, %s, %s, %s) ON DUPLICATE KEY UPDATE sha256 = VALUES(sha256),"
    " start_time = VALUES(start_time), end_time = VALUES(end_time), imported_at = VALUES(imported_at)"
)


class MySQLArchiveStore:
    """Archive files with their provenance; one transaction per file."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def import_file(self, series: Series, rows: FileRows, *, now: int) -> WriteResult:
        """Rows, coverage, holes, provenance and the change-log lines of a file in one transaction."""
        batch = file_batch(series, rows, now)
        with self._db.transaction() as cursor:
            series_id = lock_series(cursor, series)
            _save_file(cursor, series_id, rows.file, now)
            return write_batch(cursor, self._db.spool, series_id, batch, rows.lines)

    def imported(self, series: Series) -> list[ImportedFile]:
        """Files that the series was read from, by range."""
        with self._db.transaction() as cursor:
            cursor.execute(
                "SELECT file, sha256, start_time, end_time, imported_at FROM archive_files"
                " WHERE series_id = %s ORDER BY start_time, end_time, file",
                (find_series(cursor, series),),
            )
            return [ImportedFile(*row) for row in cursor.fetchall()]


def file_batch(series: Series, rows: FileRows, now: int) -> Batch:
    """The write that a file asks for: its whole period is covered."""
    period = rows.file.start, rows.file.end
    return Batch(series, rows.klines, Finality.CONFIRMED, Source.ARCHIVE, now, period, rows.holes)


def _save_file(cursor: Any, series_id: int, file: ImportedFile, now: int) -> None:
    cursor.execute(_SAVE, (series_id, file.name, file.sha256, file.start, file.end, now))
