"""`TickStore` on MySQL and MariaDB."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from typing import Any, Final

import pyarrow as pa

from market.ports import TICK_SCHEMA
from market.store.connection import Database, log_change
from market.store.exact_text import text_of_lines
from market.store.registry import find_symbol
from market.store.tick_plan import check_exact, key_of
from market.tick import Tick

_BATCH: Final = 5_000  # rows per purging transaction: short locks, a small undo log
_INSERT: Final = (
    "INSERT INTO ticks (symbol_id, time, bid, bid_quantity, ask, ask_quantity, last)"
    " VALUES (%s, %s, %s, %s, %s, %s, %s)"
)
_WHERE: Final = "FROM ticks WHERE symbol_id = %s AND time >= %s AND time < %s"
_SELECT: Final = f"SELECT time, bid, bid_quantity, ask, ask_quantity, last {_WHERE}"
_SELECT_TEXT: Final = f"SELECT CONCAT_WS(',', time, bid, bid_quantity, ask, ask_quantity, last) {_WHERE}"


class MySQLTickStore:
    """Sampled ticks, with retention."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def write(self, ticks: Sequence[Tick]) -> int:
        """Store samples (idempotent by exchange, symbol, time); returns how many were new.

        `InvalidInput` for a symbol that is not registered, `InvalidMarketData` for a value that does not fit.
        """
        check_exact(ticks)
        written = 0
        for (exchange, symbol), group in groupby(sorted(ticks, key=key_of), key=lambda t: key_of(t)[:2]):
            with self._db.transaction() as cursor:
                written += _write(cursor, exchange, symbol, {each.time: each for each in group})
        return written

    def read(
        self, exchange: str, symbol: str, start: int, end: int, *, limit: int, newest: bool = False
    ) -> list[Tick]:
        """Samples in `[start, end)`, oldest first; with `newest` the last `limit` of them."""
        order = "DESC" if newest else "ASC"
        with self._db.transaction() as cursor:
            symbol_id = find_symbol(cursor, exchange, symbol)
            cursor.execute(f"{_SELECT} ORDER BY time {order} LIMIT %s", (symbol_id, start, end, limit))
            ticks = [Tick(exchange, symbol, *row) for row in cursor.fetchall()]
        return ticks[::-1] if newest else ticks

    def read_text(
        self, exchange: str, symbol: str, start: int, end: int, *, limit: int, newest: bool = False
    ) -> pa.Table:
        """Samples in `[start, end)`, oldest first, in columns, every value as text."""
        order = "DESC" if newest else "ASC"
        with self._db.transaction() as cursor:
            symbol_id = find_symbol(cursor, exchange, symbol)
            cursor.execute(f"{_SELECT_TEXT} ORDER BY time {order} LIMIT %s", (symbol_id, start, end, limit))
            lines = [line for (line,) in cursor.fetchall()]
        return text_of_lines(lines[::-1] if newest else lines, TICK_SCHEMA)

    def purge(self, before: int) -> int:
        """Delete samples older than `before`, a batch per transaction; returns how many."""
        with self._db.transaction() as cursor:
            cursor.execute("SELECT symbol_id, exchange, symbol FROM symbols")
            symbols = cursor.fetchall()
        return sum(
            self._purge(symbol_id, f"{exchange}/{name}", before) for symbol_id, exchange, name in symbols
        )

    def _purge(self, symbol_id: int, name: str, before: int) -> int:
        purged = deleted = 0
        while purged == 0 or deleted == _BATCH:
            with self._db.transaction() as cursor:
                deleted = _purge_batch(cursor, symbol_id, name, before)
            purged += deleted
            if deleted == 0:
                break
        return purged


def _write(cursor: Any, exchange: str, symbol: str, ticks: dict[int, Tick]) -> int:
    symbol_id = find_symbol(cursor, exchange, symbol)
    cursor.execute("SELECT symbol_id FROM symbols WHERE symbol_id = %s FOR UPDATE", (symbol_id,))
    cursor.fetchall()
    cursor.execute(
        "SELECT time FROM ticks WHERE symbol_id = %s AND time BETWEEN %s AND %s",
        (symbol_id, min(ticks), max(ticks)),
    )
    known = {time for (time,) in cursor.fetchall()}
    new = [ticks[time] for time in sorted(ticks.keys() - known)]
    if new:
        cursor.executemany(_INSERT, [(symbol_id, *_values(each)) for each in new])
        log_change(cursor, "ticks", f"{exchange}/{symbol}", new[0].time, new[-1].time)
    return len(new)


def _values(tick: Tick) -> tuple[Any, ...]:
    return (tick.time, tick.bid, tick.bid_quantity, tick.ask, tick.ask_quantity, tick.last)


def _purge_batch(cursor: Any, symbol_id: int, name: str, before: int) -> int:
    cursor.execute(
        "SELECT MIN(time), MAX(time), COUNT(*) FROM (SELECT time FROM ticks"
        " WHERE symbol_id = %s AND time < %s ORDER BY time LIMIT %s) AS oldest",
        (symbol_id, before, _BATCH),
    )
    first, last, count = cursor.fetchone()
    if count:
        cursor.execute(
            "DELETE FROM ticks WHERE symbol_id = %s AND time BETWEEN %s AND %s", (symbol_id, first, last)
        )
        log_change(cursor, "ticks", name, first, last)
    return int(count)
