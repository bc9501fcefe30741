"""Numbers of symbols and series in the database, looked up once per process."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from market.errors import InvalidInput
from market.interval import Interval, Series
from market.ports import SymbolInfo

_SAVE_SYMBOL: Final = (
    "INSERT INTO symbols"
    " (exchange, symbol, base_asset, quote_asset, status, derived, tick_size, lot_step, listed_at)"
    " VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s) ON DUPLICATE KEY UPDATE base_asset = VALUES(base_asset),"
    " quote_asset = VALUES(quote_asset), status = VALUES(status), derived = VALUES(derived),"
    " tick_size = COALESCE(VALUES(tick_size), tick_size), lot_step = COALESCE(VALUES(lot_step), lot_step),"
    # LEAST of anything and NULL is NULL.
    " listed_at = LEAST(COALESCE(VALUES(listed_at), listed_at), COALESCE(listed_at, VALUES(listed_at)))"
)
_SYMBOL_ID: Final = "SELECT symbol_id FROM symbols WHERE exchange = %s AND symbol = %s"
_SERIES_ID: Final = (
    "SELECT s.series_id FROM series AS s JOIN symbols AS m ON m.symbol_id = s.symbol_id"
    " WHERE m.exchange = %s AND m.symbol = %s AND s.interval_name = %s"
)


def save_series(cursor: Any, info: SymbolInfo, interval: Interval) -> None:
    """Make a symbol and one of its series known; both may exist already."""
    derived = ",".join(info.derived)
    names = (info.exchange, info.symbol, info.base_asset, info.quote_asset, info.status, derived)
    cursor.execute(_SAVE_SYMBOL, (*names, info.tick_size, info.lot_step, info.listed_at))
    symbol_id = find_symbol(cursor, info.exchange, info.symbol)
    cursor.execute(
        "INSERT INTO series (symbol_id, interval_name) VALUES (%s, %s)"
        " ON DUPLICATE KEY UPDATE interval_name = VALUES(interval_name)",
        (symbol_id, interval.name),
    )


def find_symbol(cursor: Any, exchange: str, symbol: str) -> int:
    """The number of a registered symbol; `InvalidInput` for any other."""
    cursor.execute(_SYMBOL_ID, (exchange, symbol))
    return _number(cursor.fetchone(), f"{exchange}/{symbol}")


def find_series(cursor: Any, series: Series) -> int:
    """The number of a registered series; `InvalidInput` for any other."""
    cursor.execute(_SERIES_ID, (series.exchange, series.symbol, series.interval.name))
    return _number(cursor.fetchone(), str(series))


def find_many(cursor: Any, wanted: Sequence[Series]) -> dict[Series, int]:
    """The numbers of registered series, in the order asked for; `InvalidInput` for any other."""
    names = [(each.exchange, each.symbol, each.interval.name) for each in wanted]
    marks = ", ".join(["(%s, %s, %s)"] * len(names))
    cursor.execute(
        "SELECT m.exchange, m.symbol, s.interval_name, s.series_id FROM series AS s JOIN symbols AS m"  # noqa: S608
        f" ON m.symbol_id = s.symbol_id WHERE (m.exchange, m.symbol, s.interval_name) IN ({marks})",
        [part for name in names for part in name],
    )
    found = {tuple(name): (series_id,) for *name, series_id in cursor.fetchall()}
    return {each: _number(found.get(name), str(each)) for each, name in zip(wanted, names, strict=True)}


def _number(row: tuple[int] | None, name: str) -> int:
    if row is None:
        raise InvalidInput(f"{name} is not in the store: populate it first (`python -m ingest populate`)")
    return row[0]
