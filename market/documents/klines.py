"""Klines as documents: one per confirmed or closed candle that was not withdrawn."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Final

import pyarrow as pa
import pyarrow.compute as pc

from market.documents.field import (
    BASE,
    BASIS_POINTS,
    QUOTE,
    UTC_TIME,
    Field,
    market_fields,
    market_of,
    plotted,
)
from market.documents.numbers import doubles
from market.documents.stream import Document, DocumentStream, yearly
from market.interval import Series
from market.kline import STORED_SCHEMA

FIELDS: Final = (
    *market_fields("Open time of the candle"),
    plotted("kline.open", "First price of the candle", QUOTE),
    plotted("kline.high", "Highest price", QUOTE),
    plotted("kline.low", "Lowest price", QUOTE),
    plotted("kline.close", "Last price", QUOTE),
    plotted("kline.change_bp", "Close against open", BASIS_POINTS),
    plotted("kline.range_bp", "Highest less lowest price against open", BASIS_POINTS),
    plotted("kline.volume", "Traded volume", BASE),
    plotted("kline.quote_volume", "Traded volume", QUOTE),
    plotted("kline.taker_base_volume", "Volume that buyers took from the book", BASE),
    plotted("kline.taker_quote_volume", "Volume that buyers took from the book", QUOTE),
    Field("kline.trades", "long", "Number of trades", searched=False),
    Field("kline.close_time", "date", "Last millisecond of the candle", UTC_TIME),
    Field("kline.source", "keyword", "Where the row was read: rest, archive, stream, file"),
    Field("kline.finality", "keyword", "closed (the stream said so) or confirmed (by REST or archive)"),
)
_DECIMALS: Final = (
    *("open", "high", "low", "close"),
    *("volume", "quote_volume", "taker_base_volume", "taker_quote_volume"),
)
_AS_STORED: Final = ("trades", "close_time", "source", "finality")


def kline_id(series: Series, open_time: int) -> str:
    """`binance:BTCUSDT:1h:1704067200000`."""
    return f"{series.exchange}:{series.symbol}:{series.interval}:{open_time}"


def kline_partition(series: Series, open_time: int) -> str:
    """Interval and year of the open time."""
    return yearly(series.interval.name, open_time)


def kline_columns(klines: pa.Table) -> dict[str, pa.Array]:
    """What `kline` holds, of a table in `STORED_SCHEMA`: a column for each leaf, in the document's order."""
    opened, high, low, close, *volumes = (doubles(klines.column(name)) for name in _DECIMALS)
    return {
        "open": opened,
        "high": high,
        "low": low,
        "close": close,
        "change_bp": _basis_points(pc.subtract(pc.divide(close, opened), 1.0)),
        "range_bp": _basis_points(pc.divide(pc.subtract(high, low), opened)),
        **dict(zip(_DECIMALS[4:], volumes, strict=True)),
        **{name: klines.column(name).combine_chunks() for name in _AS_STORED},
    }


def kline_documents(series: Series, klines: pa.Table) -> Iterator[Document]:
    """Documents of a table in `STORED_SCHEMA`, in its order."""
    market = market_of(series.exchange, series.symbol, series.interval.name)
    columns = kline_columns(klines)
    prefix = kline_id(series, 0)[:-1]
    values = zip(*(column.to_pylist() for column in columns.values()), strict=True)
    for time, row in zip(klines.column("open_time").to_pylist(), values, strict=True):
        kline = dict(zip(columns, row, strict=True))
        body: dict[str, object] = {"@timestamp": time, "market": market, "kline": kline}
        yield Document(f"{prefix}{time}", kline_partition(series, time), body)


def _basis_points(fractions: pa.Array) -> pa.Array:
    return pc.round(pc.multiply(fractions, 10_000.0), 4)


def _sample() -> Document:
    prices = [Decimal(text) for text in ("42283.58", "42554.57", "42261.02", "42475.23")]
    volumes = [Decimal("1271.68108"), Decimal("53957248.97"), Decimal("682.57581"), Decimal("28957416.82")]
    row = [
        1704067200000,
        *prices,
        volumes[0],
        1704070799999,
        volumes[1],
        47134,
        *volumes[2:],
        "rest",
        "confirmed",
    ]
    columns = [pa.array([value], field.type) for value, field in zip(row, STORED_SCHEMA, strict=True)]
    return next(
        kline_documents(
            Series.of("binance", "BTCUSDT", "1h"), pa.Table.from_arrays(columns, schema=STORED_SCHEMA)
        )
    )


STREAM: Final = DocumentStream(
    name="klines",
    description="One candle of a series. A candle that the exchange withdraws loses its document.",
    id_rule="exchange:symbol:interval:open time in ms",
    partition_rule="interval and year of the open time",
    fields=FIELDS,
    sample=_sample(),
)
