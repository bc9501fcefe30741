"""Klines between Arrow and SQL: every value travels as exact text in columns, never as a Python object."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Final

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv

from market.kline import KLINE_SCHEMA, STORED_SCHEMA, Finality

# What the feature matrix is made from: floats begin here.
FLOAT_SCHEMA: Final = pa.schema(
    [(each.name, pa.int64() if pa.types.is_integer(each.type) else pa.float64()) for each in KLINE_SCHEMA]
)
READABLE: Final = (Finality.CLOSED, Finality.CONFIRMED)
_COLUMNS: Final = ", ".join(STORED_SCHEMA.names)
_BATCH: Final = 10_000  # rows per statement: 2 MB of text, an eighth of MariaDB's packet limit
_CHUNK: Final = 20_000  # rows per read: 3 MB of text in flight


def _json_columns() -> str:
    def sql_type(field: pa.Field) -> str:
        if pa.types.is_decimal(field.type):
            return f"DECIMAL({field.type.precision}, {field.type.scale})"
        return "BIGINT" if pa.types.is_integer(field.type) else "VARCHAR(10)"

    return ", ".join(f"{field.name} {sql_type(field)} PATH '$[{i}]'" for i, field in enumerate(STORED_SCHEMA))


_SAVE: Final = (
    f"INSERT INTO klines (series_id, {_COLUMNS}) SELECT %s, {', '.join('j.' + n for n in STORED_SCHEMA.names)}"
    f" FROM JSON_TABLE(%s, '$[*]' COLUMNS ({_json_columns()})) AS j"
    f" ON DUPLICATE KEY UPDATE {', '.join(f'{n} = VALUES({n})' for n in STORED_SCHEMA.names[1:])}"
)
_SELECT: Final = (
    f"SELECT CONCAT_WS(',', {_COLUMNS}) FROM klines"
    " WHERE series_id = %s AND open_time >= %s AND open_time < %s"
)


def save_rows(cursor: Any, series_id: int, rows: pa.Table) -> None:
    """Insert rows in `STORED_SCHEMA`, or replace those with the same open time."""
    for start in range(0, rows.num_rows, _BATCH):
        cursor.execute(_SAVE, (series_id, _json_rows(rows.slice(start, _BATCH))))


def _json_rows(rows: pa.Table) -> str:
    """`[["1502942400000","4261.48",...,"rest","confirmed"],...]`"""
    text = [pc.cast(column, pa.string()) for column in rows.columns]
    lines = pc.binary_join_element_wise(*text, '","').to_pylist()
    return '[["' + '"],["'.join(lines) + '"]]'


def select_rows(
    cursor: Any,
    series_id: int,
    span: tuple[int, int],
    finalities: Sequence[Finality] = tuple(Finality),
    *,
    limit: int | None = None,
    newest: bool = False,
) -> Iterator[list[str]]:
    """Rows that open in `[start, end)` as lines for `parse_lines`, a chunk at a time.

    At most `limit` rows; oldest first, or newest first with `newest`.
    """
    start, end = span
    left = limit
    while left is None or left > 0:
        wanted = _CHUNK if left is None else min(left, _CHUNK)
        lines = _lines(cursor, (series_id, start, end), finalities, newest, wanted)
        if lines:
            yield lines
            start, end = (start, open_time(lines[-1])) if newest else (open_time(lines[-1]) + 1, end)
        if len(lines) < wanted:
            return
        left = None if left is None else left - len(lines)


def _lines(
    cursor: Any, where: tuple[int, int, int], finalities: Sequence[Finality], newest: bool, limit: int
) -> list[str]:
    marks = ", ".join(["%s"] * len(finalities))
    order = "DESC" if newest else "ASC"
    statement = f"{_SELECT} AND finality IN ({marks}) ORDER BY open_time {order} LIMIT %s"
    cursor.execute(statement, (*where, *map(str, finalities), limit))
    return [line for (line,) in cursor.fetchall()]


def open_time(line: str) -> int:
    """The first field of a line."""
    return int(line.split(",", 1)[0])


def parse_lines(lines: list[str], schema: pa.Schema = STORED_SCHEMA) -> pa.Table:
    """Lines as the server writes them: `1502942400000,4261.48000000000000,...,rest,confirmed`"""
    return pyarrow.csv.read_csv(
        pa.py_buffer("\n".join(lines).encode()),
        read_options=pyarrow.csv.ReadOptions(column_names=STORED_SCHEMA.names, use_threads=False),
        convert_options=pyarrow.csv.ConvertOptions(
            column_types=dict(zip(schema.names, schema.types, strict=True)), include_columns=schema.names
        ),
    )
