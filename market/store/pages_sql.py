"""A page of what happened to series as conditions of a select."""

from __future__ import annotations

from typing import Final

from market.ports import SeriesPage
from market.store.exact_sql import exactly

# Of tables that name their series by number.
OF_SERIES: Final = ("m.exchange", "m.symbol", "s.interval_name")
# Of tables that name it in full: `binance/BTCUSDT/1h`.
OF_TEXT: Final = (
    "SUBSTRING_INDEX(series, '/', 1)",
    "SUBSTRING_INDEX(SUBSTRING_INDEX(series, '/', 2), '/', -1)",
    "SUBSTRING_INDEX(series, '/', -1)",
)


def page_clause(
    page: SeriesPage, names: tuple[str, str, str], time: str, name: str
) -> tuple[list[str], list[object]]:
    """Conditions and their values; to be ordered by time, newest first, and id."""
    exchange, symbol, interval = names
    where: list[str] = ["TRUE"]
    values: list[object] = []
    for column, value in ((exchange, page.exchange), (interval, page.interval)):
        if value is not None:
            where, values = [*where, f"{exactly(column)} = %s"], [*values, value]
    if page.symbols:
        marks = ", ".join(["%s"] * len(page.symbols))
        where, values = [*where, f"{exactly(symbol)} IN ({marks})"], [*values, *page.symbols]
    if page.after:
        at, behind = page.after
        where.append(f"{time} <= %s AND ({time} < %s OR {name} > %s)")
        values += [at, at, behind]
    return where, values
