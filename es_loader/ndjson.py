"""Candles as lines of a bulk body, made in columns: Arrow writes the text, Python never sees a row."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator
from itertools import chain

import numpy as np
import orjson
import pyarrow as pa
import pyarrow.compute as pc

from es_loader.body import Body
from market.documents import DOCUMENTS
from market.documents.field import market_of
from market.documents.klines import kline_columns, kline_id, kline_partition
from market.interval import Series

_NULL = "null"


def kline_bodies(series: Series, klines: pa.Table, generation: int) -> Iterator[Body]:
    """Lines that index a table in `STORED_SCHEMA`; parsed, they are the documents of `kline_documents`.

    A body for each partition, which a table in order of its open times touches one after another.
    """
    times = klines.column("open_time")
    while klines.num_rows:
        partition = kline_partition(series, times[0].as_py())
        rows = bisect_left(
            range(klines.num_rows),
            True,
            key=lambda at: kline_partition(series, times[at].as_py()) != partition,
        )
        yield _body(series, klines.slice(0, rows), DOCUMENTS["klines"].index(partition, generation))
        klines = klines.slice(rows)
        times = klines.column("open_time")


def _body(series: Series, klines: pa.Table, index: str) -> Body:
    """`{"index":{"_index":…,"_id":…}}` and `{"@timestamp":…,"market":{…},"kline":{…}}`, line by line."""
    time = klines.column("open_time").combine_chunks().cast(pa.string())
    market = _json(market_of(series.exchange, series.symbol, series.interval.name))
    kline = chain.from_iterable(
        ("," + _json(name) + ":", _text(column)) for name, column in kline_columns(klines).items()
    )
    comma, *values = kline
    prefix = _json(kline_id(series, 0)[:-1])[:-1]
    parts = [
        *('{"index":{"_index":' + _json(index) + ',"_id":' + prefix, time, '"}}\n{"@timestamp":', time),
        *(',"market":' + market + ',"kline":{' + comma[1:], *values, "}}\n"),
    ]
    return Body.of_lines(
        pc.binary_join_element_wise(*parts, "", null_handling="replace", null_replacement=_NULL)
    )


def _text(column: pa.Array) -> pa.Array:
    """Each value as JSON; what JSON cannot say (infinity) is null, as in every other body."""
    if pa.types.is_string(column.type):
        words = column.dictionary_encode()
        return pa.array([_json(each) for each in words.dictionary.to_pylist()], pa.string()).take(
            words.indices
        )
    if pa.types.is_floating(column.type) and not np.isfinite(column).all():
        column = pc.if_else(pc.is_finite(column), column, pa.scalar(None, column.type))
    return column.cast(pa.string())


def _json(value: object) -> str:
    return orjson.dumps(value).decode()
