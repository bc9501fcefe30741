"""Klines and ticks as JSON or CSV: page by page, exact decimals, the same bytes for the same rows."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from enum import StrEnum
from typing import Final, TextIO

from ingest.times import to_iso
from market.interval import Series
from market.kline import STORED_SCHEMA
from market.ports import KlineStore, TickStore
from market.tick import Tick

_PAGE: Final = 5_000
Row = Mapping[str, str | int]
KLINE_COLUMNS: Final = ("exchange", "symbol", "interval", *STORED_SCHEMA.names)
TICK_COLUMNS: Final = ("exchange", "symbol", "time", "bid", "bid_quantity", "ask", "ask_quantity", "last")


class Format(StrEnum):
    """How rows are written."""

    JSON = "json"
    CSV = "csv"


def kline_rows(store: KlineStore, series: Series, start: int, end: int) -> Iterator[Row]:
    """Readable rows that open in `[start, end)`, oldest first."""
    names = {"exchange": series.exchange, "symbol": series.symbol, "interval": series.interval.name}
    while start < end:
        page = store.read(series, start, end, limit=_PAGE)
        if page.num_rows == 0:
            return
        for row in page.to_pylist():
            yield names | {name: _plain(value) for name, value in row.items()}
        start = page.column("open_time")[-1].as_py() + 1


def tick_rows(store: TickStore, exchange: str, symbol: str, start: int, end: int) -> Iterator[Row]:
    """Samples in `[start, end)`, oldest first."""
    while start < end:
        page = store.read(exchange, symbol, start, end, limit=_PAGE)
        if not page:
            return
        yield from map(_tick_row, page)
        start = page[-1].time + 1


def write_rows(rows: Iterable[Row], columns: tuple[str, ...], form: Format, out: TextIO) -> int:
    """Write every row; returns how many. Times are ms UTC, decimals are text in plain notation."""
    return _write_json(rows, out) if form is Format.JSON else _write_csv(rows, columns, out)


def describe(series: str, count: int, start: int, end: int) -> str:
    """One line for the person who asked."""
    return f"{series}: {count} rows from {to_iso(start)} to {to_iso(end)}"


def _write_json(rows: Iterable[Row], out: TextIO) -> int:
    count = 0
    out.write("[")
    for row in rows:
        out.write(",\n " if count else "\n ")
        out.write(json.dumps(row))
        count += 1
    out.write("\n]\n" if count else "]\n")
    return count


def _write_csv(rows: Iterable[Row], columns: tuple[str, ...], out: TextIO) -> int:
    count = 0
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow(columns)
    for row in rows:
        writer.writerow([row[name] for name in columns])
        count += 1
        if count % _PAGE == 0:
            out.write(buffer.getvalue())
            buffer.seek(0)
            buffer.truncate()
    out.write(buffer.getvalue())
    return count


def _tick_row(tick: Tick) -> Row:
    return {name: _plain(getattr(tick, name)) for name in TICK_COLUMNS}


def _plain(value: object) -> str | int:
    """`Decimal("42283.58000000000000")` as `42283.58`, never with an exponent."""
    if isinstance(value, Decimal):
        text = f"{value:f}"
        return text.rstrip("0").rstrip(".") if "." in text else text
    return value if isinstance(value, int) else str(value)
