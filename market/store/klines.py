"""`KlineStore` on MySQL and MariaDB."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, TypeVar

import pyarrow as pa

from market.coverage import Covered, Hole, Revision
from market.interval import END_OF_TIME, Interval, Series
from market.kline import STORED_SCHEMA, Finality, Kline, Source
from market.ports import SeriesStatus, SymbolInfo, WriteResult
from market.store.closed_plan import by_series
from market.store.closed_sql import save_closed
from market.store.connection import Database, log_change
from market.store.coverage_sql import load_coverage, load_holes, save_holes, save_quality
from market.store.exact_text import text_of_lines
from market.store.kline_plan import Batch, plan_write
from market.store.kline_sql import (
    FLOAT_SCHEMA,
    READABLE,
    load_origins,
    parse_lines,
    save_lines,
    save_rows,
    select_beside,
    select_rows,
)
from market.store.registry import find_series, save_series
from market.store.status_sql import count_rows, load_listed, load_status

Row = TypeVar("Row")


class MySQLKlineStore:
    """Klines with their coverage, holes and revisions; one transaction per write."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def register(self, info: SymbolInfo, interval: Interval) -> Series:
        """Make the series known (idempotent; refreshes the symbol's metadata)."""
        with self._db.transaction() as cursor:
            save_series(cursor, info, interval)
        return Series(info.exchange, info.symbol, interval)

    def series(self) -> list[SeriesStatus]:
        """Every registered series, by exchange, symbol and interval."""
        with self._db.transaction() as cursor:
            return load_status(cursor)

    def listed(self) -> list[tuple[Series, SymbolInfo]]:
        """Every registered series with its market, by exchange, symbol and interval."""
        with self._db.transaction() as cursor:
            return load_listed(cursor)

    def write(
        self,
        series: Series,
        klines: pa.Table,
        *,
        finality: Finality,
        source: Source,
        now: int,
        covered: tuple[int, int] | None = None,
        holes: Sequence[Hole] = (),
    ) -> WriteResult:
        """Rows, revisions, coverage, holes and the change-log lines in one transaction."""
        batch = Batch(series, klines, finality, source, now, covered, tuple(holes))
        if batch.span[0] == batch.span[1]:
            return WriteResult()
        with self._db.transaction() as cursor:
            series_id = lock_series(cursor, series)
            return write_batch(cursor, self._db.spool, series_id, batch)

    def write_closed(self, bars: Sequence[tuple[Series, Kline]], *, now: int) -> WriteResult:
        """Bars of many series as closed by the stream, in one transaction; of a bar given twice the last."""
        if not bars:
            return WriteResult()
        with self._db.transaction() as cursor:
            return save_closed(cursor, by_series(bars), now)

    def read(
        self, series: Series, start: int, end: int, *, limit: int | None = None, newest: bool = False
    ) -> pa.Table:
        """Readable rows (closed or confirmed) that open in `[start, end)`, oldest first, `STORED_SCHEMA`.

        With `newest` and a `limit`: the last `limit` rows of the range, still oldest first.
        """
        with self._db.transaction() as cursor:
            chunks = select_rows(
                cursor,
                find_series(cursor, series),
                (start, end),
                READABLE,
                limit=limit,
                newest=newest and limit is not None,
            )
            table = _table(chunks)
        return table.sort_by("open_time") if newest else table

    def count(self, series: Series, start: int, end: int) -> int:
        """How many readable rows open in `[start, end)`."""
        with self._db.transaction() as cursor:
            return count_rows(cursor, find_series(cursor, series), (start, end))

    def read_text(
        self, series: Series, start: int, end: int, *, limit: int, newest: bool = False
    ) -> pa.Table:
        """Readable rows that open in `[start, end)`, oldest first, every value as text."""
        with self._db.transaction() as cursor:
            series_id = find_series(cursor, series)
            chunks = list(select_rows(cursor, series_id, (start, end), READABLE, limit=limit, newest=newest))
        lines = [line for chunk in chunks for line in chunk]
        return text_of_lines(lines[::-1] if newest else lines, STORED_SCHEMA)

    def read_floats(self, series: Series, start: int, end: int, names: Sequence[str] = ()) -> pa.Table:
        """Confirmed rows that open in `[start, end)`, prices and volumes as float64 (`FLOAT_SCHEMA`)."""
        schema = pa.schema([FLOAT_SCHEMA.field(name) for name in names or FLOAT_SCHEMA.names])
        read = ["open_time", *(name for name in schema.names if name != "open_time")]
        with self._db.transaction() as cursor:
            series_id = find_series(cursor, series)
            chunks = select_rows(cursor, series_id, (start, end), (Finality.CONFIRMED,), names=read)
            return _table(chunks, schema, read)

    def beside(self, series: Series, times: Sequence[int]) -> pa.Table:
        """Of each time the newest confirmed row at or before it and the first after it (`FLOAT_SCHEMA`)."""
        with self._db.transaction() as cursor:
            lines = select_beside(cursor, series, find_series(cursor, series), times)
        return _table([lines] if lines else [], FLOAT_SCHEMA)

    def read_origins(self, series: Series, start: int, end: int) -> pa.Table:
        """Readable rows that open in `[start, end)`, oldest first, in `ORIGIN_SCHEMA`."""
        with self._db.transaction() as cursor:
            return load_origins(cursor, find_series(cursor, series), (start, end))

    def last_confirmed(self, series: Series) -> int | None:
        """Open time of the newest confirmed row."""
        with self._db.transaction() as cursor:
            cursor.execute(
                "SELECT open_time FROM klines WHERE series_id = %s AND finality = 'confirmed'"
                " ORDER BY open_time DESC LIMIT 1",
                (find_series(cursor, series),),
            )
            row = cursor.fetchone()
            return row[0] if row else None

    def coverage(self, series: Series) -> list[Covered]:
        """Confirmed ranges, merged and sorted."""
        return sorted(self._load(series, load_coverage))

    def holes(self, series: Series) -> list[Hole]:
        """Known holes, sorted."""
        return self._load(series, load_holes)

    def explain(self, series: Series, known: Sequence[Hole], holes: Sequence[Hole]) -> bool:
        """Other words for the holes that are `known`; False where there are others by now."""
        with self._db.transaction() as cursor:
            series_id = lock_series(cursor, series)
            if load_holes(cursor, series_id) != sorted(known):
                return False
            if set(holes) != set(known):
                save_holes(cursor, series_id, set(known), holes)
                ends = min(hole.start for hole in known), max(hole.end for hole in known)
                log_change(cursor, "quality", str(series), ends[0], ends[1] - 1)
            return True

    def revisions(self, series: Series, start: int = 0, end: int = END_OF_TIME) -> list[Revision]:
        """Changes of confirmed rows that open in `[start, end)`, in the order they were found."""
        return self._load(series, lambda cursor, series_id: _load_revisions(cursor, series_id, start, end))

    def _load(self, series: Series, load: Callable[[Any, int], list[Row]]) -> list[Row]:
        with self._db.transaction() as cursor:
            return load(cursor, find_series(cursor, series))


def lock_series(cursor: Any, series: Series) -> int:
    """The series' number; its writers take turns, so that each compares with what the one before left."""
    series_id = find_series(cursor, series)
    cursor.execute("SELECT series_id FROM series WHERE series_id = %s FOR UPDATE", (series_id,))
    cursor.fetchall()
    return series_id


def write_batch(
    cursor: Any, spool: Path, series_id: int, batch: Batch, lines: bytes | None = None
) -> WriteResult:
    """One write inside a transaction, its change-log lines last.

    `lines` are the rows of the batch as text; where nothing is stored yet they go in as they are.
    """
    span = batch.span
    stored = _table(select_rows(cursor, series_id, span))
    plan = plan_write(batch, stored)
    if lines is not None and stored.num_rows == 0:
        save_lines(cursor, spool, series_id, lines, plan.rows.num_rows)
    else:
        save_rows(cursor, spool, series_id, plan.rows, plan.replaced)
    _withdraw(cursor, series_id, plan.withdrawn)
    _save_revisions(cursor, series_id, plan.revisions)
    quality_changed = save_quality(cursor, series_id, batch, plan.refused) or plan.revisions
    if plan.touched:
        log_change(cursor, "klines", str(batch.series), *plan.touched)
    if quality_changed:
        log_change(cursor, "quality", str(batch.series), span[0], span[1] - 1)
    return plan.result


def _table(
    chunks: Any, schema: pa.Schema = STORED_SCHEMA, names: Sequence[str] = STORED_SCHEMA.names
) -> pa.Table:
    tables = [parse_lines(lines, schema, names) for lines in chunks]
    return pa.concat_tables(tables) if tables else schema.empty_table()


def _withdraw(cursor: Any, series_id: int, open_times: list[int]) -> None:
    for open_time in open_times:
        cursor.execute(
            "UPDATE klines SET finality = 'withdrawn' WHERE series_id = %s AND open_time = %s",
            (series_id, open_time),
        )


def _save_revisions(cursor: Any, series_id: int, revisions: Sequence[Revision]) -> None:
    for each in revisions:
        new = json.dumps(each.new) if each.new is not None else None
        cursor.execute(
            "INSERT INTO revisions (series_id, open_time, old_values, new_values, source, detected_at)"
            " VALUES (%s, %s, %s, %s, %s, %s)",
            (series_id, each.open_time, json.dumps(each.old), new, str(each.source), each.detected_at),
        )


def _load_revisions(cursor: Any, series_id: int, start: int, end: int) -> list[Revision]:
    cursor.execute(
        "SELECT open_time, old_values, new_values, source, detected_at FROM revisions"
        " WHERE series_id = %s AND open_time >= %s AND open_time < %s ORDER BY revision_id",
        (series_id, start, end),
    )
    return [
        Revision(at, json.loads(old), json.loads(new) if new else None, Source(source), detected_at)
        for at, old, new, source, detected_at in cursor.fetchall()
    ]
