"""Candles as lines of a bulk body, made in columns: Arrow writes the text, Python never sees a row."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator

import numpy as np
import orjson
import pyarrow as pa
import pyarrow.compute as pc

from es_loader.body import Body
from market.documents import DOCUMENTS
from market.documents.field import market_of
from market.documents.klines import kline_columns, kline_id, kline_partition
from market.documents.numbers import json_numbers
from market.interval import Series


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
    prefix = _json(kline_id(series, 0)[:-1])[:-1]
    line: list[str | pa.Array] = [f'{{"index":{{"_index":{_json(index)},"_id":{prefix}', time]
    line += ['"}}\n{"@timestamp":', time, f',"market":{market},"kline":{{']
    for at, (name, column) in enumerate(kline_columns(klines).items()):
        line += ["," if at else "", f"{_json(name)}:", _text(klines, name, column)]
    return Body.of_lines(
        pc.binary_join_element_wise(
            *_joined([*line, "}}\n"]), "", null_handling="replace", null_replacement="null"
        )
    )


def _joined(parts: list[str | pa.Array]) -> list[str | pa.Array]:
    """Neighbours that are the same in every row, as one: each part costs every row its time."""
    joined: list[str | pa.Array] = [""]
    for part in parts:
        if isinstance(part, str) and isinstance(joined[-1], str):
            joined[-1] += part
        else:
            joined.append(part)
    return joined


def _text(klines: pa.Table, name: str, column: pa.Array) -> str | pa.Array:
    """Each value as JSON; what JSON cannot say (infinity) is null, as in every other body."""
    if name in klines.column_names and pa.types.is_decimal(klines.schema.field(name).type):
        return json_numbers(klines.column(name))
    if pa.types.is_string(column.type):
        words = column.dictionary_encode()
        written = [_json(each) for each in words.dictionary.to_pylist()]
        if len(written) == 1 and not column.null_count:
            return written[0]
        return pa.array(written, pa.string()).take(words.indices)
    if pa.types.is_floating(column.type) and not np.isfinite(column).all():
        column = pc.if_else(pc.is_finite(column), column, pa.scalar(None, column.type))
    return column.cast(pa.string())


def _json(value: object) -> str:
    return orjson.dumps(value).decode()
