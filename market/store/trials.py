"""Every configuration that was tried on a series: functions inside the caller's transaction."""

from __future__ import annotations

from typing import Any

from market.interval import Series
from market.ports import Trial
from market.store.connection import log_change
from market.store.registry import find_series


def add_trial(cursor: Any, series: Series, fingerprint: str, sharpe: float, now: int) -> list[float]:
    """Note a configuration; the per-bar Sharpe ratios of the others tried on the series."""
    series_id = find_series(cursor, series)
    tried = {name: (ratio, at) for name, ratio, at in _read(cursor, series_id)}
    ratio, first = tried.get(fingerprint, (None, now))
    if ratio != sharpe:
        cursor.execute(
            "INSERT INTO trials (series_id, fingerprint, sharpe_per_bar, tried_at) VALUES (%s, %s, %s, %s)"
            " ON DUPLICATE KEY UPDATE sharpe_per_bar = VALUES(sharpe_per_bar)",
            (series_id, fingerprint, sharpe, now),
        )
        log_change(cursor, "trials", str(series), first, first)
    return [ratio for name, (ratio, _) in sorted(tried.items()) if name != fingerprint]


def read_trials(cursor: Any, series: Series) -> list[Trial]:
    """What was tried on the series, in the order it came."""
    return [Trial(series, *row) for row in _read(cursor, find_series(cursor, series))]


def _read(cursor: Any, series_id: int) -> list[tuple[str, float, int]]:
    cursor.execute(
        "SELECT fingerprint, sharpe_per_bar, tried_at FROM trials WHERE series_id = %s"
        " ORDER BY tried_at, fingerprint",
        (series_id,),
    )
    rows: list[tuple[str, float, int]] = cursor.fetchall()
    return rows
