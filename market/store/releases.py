"""Untouched periods that releases have opened: functions inside the caller's transaction."""

from __future__ import annotations

from typing import Any

import orjson

from market.decision import Role
from market.interval import Series
from market.ports import OpenedPeriod
from market.store.decisions_rows import json_text
from market.store.models import series_clause


def open_period(cursor: Any, series_id: int, period: OpenedPeriod) -> OpenedPeriod:
    """Store what was found, unless this release has opened its period before; what is stored."""
    before = [
        each
        for each in read_periods(cursor, period.series)
        if (each.role, each.release) == (period.role, period.release)
    ]
    if before:
        return before[0]
    cursor.execute(
        "INSERT INTO opened_periods (series_id, role, release_name, opened_at, start_time, end_time, metrics)"
        " VALUES (%s, %s, %s, %s, %s, %s, %s)",
        (
            series_id, period.role.value, period.release, period.opened_at, period.start, period.end,
            json_text(dict(period.metrics)),
        ),
    )  # fmt: skip
    return period


def read_periods(cursor: Any, series: Series | None) -> list[OpenedPeriod]:
    """Opened periods, newest opening first."""
    where, values = series_clause(series)
    cursor.execute(
        "SELECT m.exchange, m.symbol, s.interval_name, p.role, p.release_name, p.opened_at, p.start_time,"  # noqa: S608
        " p.end_time, p.metrics FROM opened_periods AS p"
        " JOIN series AS s ON s.series_id = p.series_id JOIN symbols AS m ON m.symbol_id = s.symbol_id"
        f" WHERE {' AND '.join(where)} ORDER BY p.opened_at DESC, p.role, p.release_name",
        values,
    )
    return [
        OpenedPeriod(Series.of(*names), Role(role), release, opened_at, start, end, orjson.loads(metrics))
        for *names, role, release, opened_at, start, end, metrics in cursor.fetchall()
    ]
