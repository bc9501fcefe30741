"""Klines (candles): one at a time with `Decimal`, in bulk as an Arrow table of exact decimals."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Final

import pyarrow as pa
import pyarrow.compute as pc

from market.errors import InvalidMarketData

PRICE: Final = pa.decimal128(30, 14)
VOLUME: Final = pa.decimal128(32, 12)
PRICE_FIELDS: Final = ("open", "high", "low", "close")
VOLUME_FIELDS: Final = ("volume", "quote_volume", "taker_base_volume", "taker_quote_volume")
# The columns of a batch, in the order of the exchange's own kline row.
KLINE_SCHEMA: Final = pa.schema(
    [
        ("open_time", pa.int64()),
        *[(name, PRICE) for name in PRICE_FIELDS],
        ("volume", VOLUME),
        ("close_time", pa.int64()),
        ("quote_volume", VOLUME),
        ("trades", pa.int64()),
        ("taker_base_volume", VOLUME),
        ("taker_quote_volume", VOLUME),
    ]
)

# What a store gives back: the same columns with where each row comes from and how sure it is.
STORED_SCHEMA: Final = pa.schema([*KLINE_SCHEMA, ("source", pa.string()), ("finality", pa.string())])


class Finality(StrEnum):
    """How sure a row is; a row is only ever replaced by one at least as sure."""

    RUNNING = "running"
    CLOSED = "closed"  # the stream said so; not yet confirmed by REST or archive
    CONFIRMED = "confirmed"
    WITHDRAWN = "withdrawn"  # confirmed once, later removed by the exchange


class Source(StrEnum):
    """Where a row was read."""

    REST = "rest"
    ARCHIVE = "archive"
    STREAM = "stream"
    FILE = "file"


@dataclass(frozen=True, slots=True)
class Kline:
    """One candle. Times are ms UTC, prices in the quote asset, `volume` in the base asset."""

    open_time: int
    open: Decimal
    high: Decimal
    low: Decimal
    close: Decimal
    volume: Decimal
    close_time: int
    quote_volume: Decimal
    trades: int
    taker_base_volume: Decimal
    taker_quote_volume: Decimal

    def __post_init__(self) -> None:
        klines_from_columns([[getattr(self, name)] for name in KLINE_SCHEMA.names])


def klines_from_columns(columns: Sequence[Sequence[object]]) -> pa.Table:
    """Columns in the order of `KLINE_SCHEMA` (decimals as text or `Decimal`) to a validated table.

    Raises `InvalidMarketData` when a value is no number, does not fit exactly, or breaks an invariant.
    """
    arrays = [_column(field, values) for field, values in zip(KLINE_SCHEMA, columns, strict=True)]
    table = pa.Table.from_arrays(arrays, schema=KLINE_SCHEMA)
    check_klines(table)
    return table


def klines_from_rows(rows: Sequence[Sequence[object]]) -> pa.Table:
    """Rows in the exchange's order to a validated table; fields after the eleventh are ignored.

    `[openMs, "open", "high", "low", "close", "volume", closeMs, "quoteVolume", trades,
    "takerBase", "takerQuote", "0"]`
    """
    width = len(KLINE_SCHEMA)
    if any(not isinstance(row, (list, tuple)) or len(row) < width for row in rows):
        raise InvalidMarketData(f"a kline row has fewer than {width} fields")
    return klines_from_columns([[row[i] for row in rows] for i in range(width)])


def klines_to_rows(table: pa.Table) -> list[Kline]:
    """A (small) table as `Kline` values; bulk data stays in columns."""
    return [Kline(**row) for row in table.select(KLINE_SCHEMA.names).to_pylist()]


def empty_klines() -> pa.Table:
    """A table without rows."""
    return KLINE_SCHEMA.empty_table()


def _column(field: pa.Field, values: Sequence[object]) -> pa.Array:
    try:
        if pa.types.is_decimal(field.type) and values and isinstance(values[0], str):
            return pa.array(values, pa.string()).cast(field.type)
        return pa.array(values, field.type)
    except (pa.ArrowInvalid, pa.ArrowTypeError, OverflowError) as error:
        raise InvalidMarketData(f"kline {field.name}: {error}") from error


def check_klines(table: pa.Table) -> None:
    """Raise `InvalidMarketData` naming the first broken invariant and the open time where it broke."""
    if table.num_rows == 0:
        return
    if any(table.column(name).null_count for name in table.column_names):
        raise InvalidMarketData("a kline has an empty field")
    times = table.column("open_time")
    for rule, broken in broken_rules(table).items():
        at = pc.index(broken, True).as_py()
        if at >= 0:
            raise InvalidMarketData(f"kline {times[at].as_py()}: {rule}")
    _check_order(times)


def broken_rules(table: pa.Table) -> dict[str, pa.ChunkedArray]:
    """What has to hold in every row by itself: the words for each rule and which rows break it."""
    column = table.column
    low, high, zero = column("low"), column("high"), pa.scalar(0, PRICE)
    rules = {
        "close time before its open time": pc.less(column("close_time"), column("open_time")),
        "a price is not above zero": pc.less_equal(low, zero),
        "low above open or close": pc.or_(pc.greater(low, column("open")), pc.greater(low, column("close"))),
        "high below open or close": pc.or_(pc.less(high, column("open")), pc.less(high, column("close"))),
        "a negative count": pc.less(column("trades"), 0),
    }
    for name in VOLUME_FIELDS:
        rules[f"negative {name}"] = pc.less(column(name), pa.scalar(0, VOLUME))
    return rules


def _check_order(times: pa.ChunkedArray) -> None:
    at = pc.index(pc.less_equal(times[1:], times[:-1]), True).as_py() if len(times) > 1 else -1
    if at >= 0:
        raise InvalidMarketData(f"kline {times[at + 1].as_py()}: not after the row before it")
