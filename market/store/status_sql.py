"""What the store holds of every series."""

from __future__ import annotations

from typing import Any, Final

from market.interval import Series
from market.ports import SeriesStatus, SymbolInfo

_LISTED: Final = """
SELECT m.exchange, m.symbol, m.base_asset, m.quote_asset, m.status, m.derived, m.tick_size, m.lot_step,
    m.listed_at, s.interval_name
FROM series AS s
JOIN symbols AS m ON m.symbol_id = s.symbol_id
ORDER BY m.exchange, m.symbol, s.interval_name
"""
_STATUS: Final = """
SELECT m.exchange, m.symbol, m.base_asset, m.quote_asset, m.status, m.derived, m.tick_size, m.lot_step,
    m.listed_at, s.interval_name, COALESCE(k.held, 0), k.first_open, k.last_open, COALESCE(h.holes, 0),
    COALESCE(h.missing, 0), COALESCE(r.revisions, 0)
FROM series AS s
JOIN symbols AS m ON m.symbol_id = s.symbol_id
LEFT JOIN (
    SELECT series_id, COUNT(*) AS held, MIN(open_time) AS first_open, MAX(open_time) AS last_open
    FROM klines WHERE finality IN ('closed', 'confirmed') GROUP BY series_id
) AS k ON k.series_id = s.series_id
LEFT JOIN (
    SELECT series_id, COUNT(*) AS holes, SUM(bars) AS missing FROM holes GROUP BY series_id
) AS h ON h.series_id = s.series_id
LEFT JOIN (
    SELECT series_id, COUNT(*) AS revisions FROM revisions GROUP BY series_id
) AS r ON r.series_id = s.series_id
ORDER BY m.exchange, m.symbol, s.interval_name
"""


def load_status(cursor: Any) -> list[SeriesStatus]:
    """Every registered series, by exchange, symbol and interval."""
    cursor.execute(_STATUS)
    return [_status(row) for row in cursor.fetchall()]


def count_rows(cursor: Any, series_id: int, span: tuple[int, int]) -> int:
    """How many readable rows open in `[start, end)`."""
    cursor.execute(
        "SELECT COUNT(*) FROM klines WHERE series_id = %s AND open_time >= %s AND open_time < %s"
        " AND finality IN ('closed', 'confirmed')",
        (series_id, *span),
    )
    return int(cursor.fetchone()[0])


def load_listed(cursor: Any) -> list[tuple[Series, SymbolInfo]]:
    """Every registered series with its market, by exchange, symbol and interval."""
    cursor.execute(_LISTED)
    return [_listed(row) for row in cursor.fetchall()]


def _listed(row: tuple[Any, ...]) -> tuple[Series, SymbolInfo]:
    exchange, symbol, base, quote, status, derived, tick_size, lot_step, listed_at, interval = row
    columns = tuple(derived.split(",")) if derived else ()
    info = SymbolInfo(exchange, symbol, base, quote, status, columns, tick_size, lot_step, listed_at)
    return Series.of(exchange, symbol, interval), info


def _status(row: tuple[Any, ...]) -> SeriesStatus:
    series, info = _listed(row[:10])
    rows, first_open, last_open, holes, missing, revisions = row[10:]
    return SeriesStatus(
        series,
        info,
        rows,
        first_open,
        last_open,
        holes,
        int(missing),
        revisions,
    )
