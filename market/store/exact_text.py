"""Rows as exact plain text in columns: what answers are written from, without a number per cell."""

from __future__ import annotations

from typing import Final

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv

_ONE: Final = pa.scalar(1, pa.decimal128(1, 0))
_PLAIN: Final = pyarrow.csv.ParseOptions(quote_char=False, double_quote=False)


def text_schema(schema: pa.Schema) -> pa.Schema:
    """The same columns as text."""
    return pa.schema([(name, pa.string()) for name in schema.names])


def text_of_lines(lines: list[str], schema: pa.Schema) -> pa.Table:
    """Lines as the server writes them, `1502942400000,4261.48000000000000,...`, column by column as text.

    Decimals lose their trailing zeros: `4261.48`, `0`, `100`.
    """
    if not lines:
        return text_schema(schema).empty_table()
    table = pyarrow.csv.read_csv(
        pa.py_buffer("\n".join(lines).encode()),
        pyarrow.csv.ReadOptions(column_names=schema.names, use_threads=False, block_size=1 << 24),
        _PLAIN,
        pyarrow.csv.ConvertOptions(column_types=dict.fromkeys(schema.names, pa.string())),
    )
    columns = [
        pc.ascii_rtrim(pc.ascii_rtrim(column, "0"), ".") if pa.types.is_decimal(field.type) else column
        for field, column in zip(schema, table.columns, strict=True)
    ]
    return pa.table(columns, schema=text_schema(schema))


def text_of_table(table: pa.Table) -> pa.Table:
    """The same text of rows that are no text yet."""
    columns = [
        _plain(column) if pa.types.is_decimal(column.type) else column.cast(pa.string())
        for column in table.columns
    ]
    return pa.table(columns, schema=text_schema(table.schema))


def _plain(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """Non-negative decimals without trailing zeros: `0.5`, `67000.12`, `0`, never `1E-8`.

    Arrow writes small decimals in scientific notation, so values below one are written as one more than
    they are and lose that one as text.
    """
    shifted = pc.add(column, _ONE).cast(pa.string())
    below_one = pc.binary_replace_slice(shifted, 0, 1, "0")
    text = pc.if_else(pc.less(column, _ONE), below_one, column.cast(pa.string()))
    return pc.ascii_rtrim(pc.ascii_rtrim(text, "0"), ".")
