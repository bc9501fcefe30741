"""`HealthStore` on MySQL and MariaDB."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from market.interval import Series
from market.ports import Health, Pulse, Recheck
from market.ports.health import is_news, lag
from market.store.connection import Database, log_change
from market.store.registry import find_series

_COLUMNS: Final = (
    "h.last_close, h.lag_ms, h.holes, h.missing_bars, h.revisions, h.reconnects, h.stream_differences,"
    " h.rejected_frames, h.spilled, h.weight_used, h.weight_limit, h.updated_at"
)
_READ: Final = (
    f"SELECT m.exchange, m.symbol, s.interval_name, {_COLUMNS} FROM health AS h"  # noqa: S608 (our own names)
    " JOIN series AS s ON s.series_id = h.series_id JOIN symbols AS m ON m.symbol_id = s.symbol_id"
    " ORDER BY m.exchange, m.symbol, s.interval_name"
)
_KNOWN: Final = """
SELECT
    (SELECT open_time FROM klines WHERE series_id = %(id)s AND finality = 'confirmed'
        ORDER BY open_time DESC LIMIT 1),
    (SELECT close_time FROM klines WHERE series_id = %(id)s AND finality = 'confirmed'
        ORDER BY open_time DESC LIMIT 1),
    (SELECT COUNT(*) FROM holes WHERE series_id = %(id)s),
    (SELECT COALESCE(SUM(bars), 0) FROM holes WHERE series_id = %(id)s),
    (SELECT COUNT(*) FROM revisions WHERE series_id = %(id)s)
"""
_SAVE: Final = """
REPLACE INTO health (series_id, last_close, lag_ms, holes, missing_bars, revisions, reconnects,
    stream_differences, rejected_frames, spilled, weight_used, weight_limit, updated_at, announced_at)
VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)
"""
_SAVE_RECHECK: Final = (
    "INSERT INTO rechecks (series_id, next_time, rounds, checked_at) VALUES (%s, %s, %s, %s)"
    " ON DUPLICATE KEY UPDATE next_time = VALUES(next_time), rounds = VALUES(rounds),"
    " checked_at = VALUES(checked_at)"
)


class MySQLHealthStore:
    """One row of health and one of re-reading per series."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def save(self, pulses: Sequence[Pulse]) -> list[Health]:
        """Write a row per series in one transaction, with a `quality` line for each that is news."""
        with self._db.transaction() as cursor:
            saved = [_save(cursor, pulse) for pulse in pulses]
            for health, last_open, news in saved:
                if news:
                    log_change(cursor, "quality", str(health.pulse.series), last_open, last_open)
        return [health for health, _, _ in saved]

    def read(self) -> list[Health]:
        """The newest row of every series that was ever followed, by series."""
        with self._db.transaction() as cursor:
            cursor.execute(_READ)
            return [_health(Series.of(*row[:3]), row[3:]) for row in cursor.fetchall()]

    def recheck(self, series: Series) -> Recheck | None:
        """How far the history was read again; None before the first run."""
        with self._db.transaction() as cursor:
            cursor.execute(
                "SELECT next_time, rounds, checked_at FROM rechecks WHERE series_id = %s",
                (find_series(cursor, series),),
            )
            row = cursor.fetchone()
            return Recheck(*row) if row else None

    def save_recheck(self, series: Series, recheck: Recheck) -> None:
        """Remember it."""
        with self._db.transaction() as cursor:
            row = (find_series(cursor, series), recheck.next_time, recheck.rounds, recheck.checked_at)
            cursor.execute(_SAVE_RECHECK, row)


def _save(cursor: Any, pulse: Pulse) -> tuple[Health, int, bool]:
    """The row as written, the open time of its newest candle, and whether it is news."""
    series_id = find_series(cursor, pulse.series)
    cursor.execute(_KNOWN, {"id": series_id})
    last_open, last_close, holes, missing, revisions = cursor.fetchone()
    late = lag(pulse.series, last_close, pulse.at)
    health = Health(pulse, last_close, late, holes, int(missing), revisions)
    cursor.execute(
        f"SELECT {_COLUMNS}, h.announced_at FROM health AS h WHERE series_id = %s",  # noqa: S608
        (series_id,),
    )
    row = cursor.fetchone()
    before, announced_at = (_health(pulse.series, row[:-1]), row[-1]) if row else (None, pulse.at)
    news = is_news(health, before, announced_at)
    seen = (pulse.reconnects, pulse.stream_differences, pulse.rejected_frames, pulse.spilled)
    cursor.execute(
        _SAVE,
        (
            *(
                series_id,
                last_close,
                late,
                holes,
                int(missing),
                revisions,
                *seen,
                pulse.weight_used,
                pulse.weight_limit,
                pulse.at,
            ),
            pulse.at if news else announced_at,
        ),
    )
    return health, last_open or 0, news


def _health(series: Series, row: tuple[Any, ...]) -> Health:
    last_close, late, holes, missing, revisions, *seen, at = row
    return Health(Pulse(series, at, *seen), last_close, late, holes, missing, revisions)
