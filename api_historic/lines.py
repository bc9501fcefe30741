"""Rows in columns of text become one block of bytes, without an object per row."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc


def joined(rows: pa.Table, words: Sequence[str]) -> bytes:
    """Row by row: `words[0]`, the first column, `words[1]`, the second column, ... `words[-1]`."""
    if rows.num_rows == 0:
        return b""
    parts: list[pa.Array | str] = [words[0]]
    for column, word in zip(rows.columns, words[1:], strict=True):
        parts += [column.combine_chunks(), word]
    return _bytes(pc.binary_join_element_wise(*parts, ""))


def object_words(schema: pa.Schema, begin: str = "{") -> list[str]:
    """Words that make each row a JSON object; integers stay numbers, everything else is a string."""
    return _json_words(schema, [f'"{name}":' for name in schema.names], begin, "},")


def array_words(schema: pa.Schema) -> list[str]:
    """Words that make each row a JSON array."""
    return _json_words(schema, [""] * len(schema), "[", "],")


def _json_words(schema: pa.Schema, names: Sequence[str], begin: str, end: str) -> list[str]:
    quotes = ["" if pa.types.is_integer(each.type) else '"' for each in schema]
    before = [
        f"{begin if at == 0 else quotes[at - 1] + ','}{names[at]}{quotes[at]}" for at in range(len(schema))
    ]
    return [*before, quotes[-1] + end]


def _bytes(texts: pa.Array) -> bytes:
    """The texts one after the other, as they lie in memory."""
    offsets = np.frombuffer(texts.buffers()[1], np.int32)[texts.offset : texts.offset + len(texts) + 1]
    block: bytes = texts.buffers()[2].slice(int(offsets[0]), int(offsets[-1] - offsets[0])).to_pybytes()
    return block
