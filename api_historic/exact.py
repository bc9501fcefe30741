"""Exact decimals as the shortest text, column by column."""

from __future__ import annotations

from typing import Final

import pyarrow as pa
import pyarrow.compute as pc

_ONE: Final = pa.scalar(1, pa.decimal128(1, 0))


def decimal_text(column: pa.Array) -> pa.Array:
    """Non-negative decimals as plain text without trailing zeros: `0.5`, `67000.12`, `0`, never `1E-8`.

    Arrow writes small decimals in scientific notation, so values below one are written as one more than
    they are and lose that one as text.
    """
    small = pc.less(column, _ONE)
    plain = column.cast(pa.string())
    shifted = pc.add(column, _ONE).cast(pa.string())
    text = pc.if_else(small, pc.binary_replace_slice(shifted, 0, 1, "0"), plain)
    return pc.utf8_rtrim(pc.utf8_rtrim(text, "0"), ".")


def as_text(table: pa.Table) -> pa.Table:
    """Every column as text, decimals exact."""
    columns = [
        decimal_text(column) if pa.types.is_decimal(column.type) else column.cast(pa.string())
        for column in (each.combine_chunks() for each in table.columns)
    ]
    return pa.table(columns, names=table.column_names)
