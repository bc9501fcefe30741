"""Exact decimals as doubles, and as JSON numbers that every reader parses to those doubles."""

from __future__ import annotations

from typing import Final

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

_EXACT: Final = 1 << 53  # every whole number up to here is a double
_PLACES: Final = 8  # what prices and quantities have at most, but for a few
_SAMPLE: Final = 16
_DIGITS: Final = 18  # of a decimal of 64 bits


def doubles(decimals: pa.ChunkedArray) -> pa.Array:
    """The doubles nearest to decimals of 128 bits, as `float(text)` gives them; null stays null.

    Arrow's own cast multiplies by a power of ten and shows 43210.010000000002.
    """
    column = decimals.combine_chunks()
    whole = _scaled(column, _PLACES)
    if whole is None:
        return column.cast(pa.string()).cast(pa.float64())
    # One exact number divided by another is the nearest double (IEEE 754), seven times as fast as by text.
    return pa.array(whole / float(10**_PLACES))


def json_numbers(decimals: pa.ChunkedArray) -> pa.Array:
    """Decimals of 128 bits as text, with about as many places as they need: `42283.58`, `1E-8`, null."""
    column = decimals.combine_chunks()
    places = _places(column.slice(0, _SAMPLE))
    whole = _scaled(column, places)
    if whole is None and places < _PLACES:
        places, whole = _PLACES, _scaled(column, _PLACES)
    if whole is None:
        return column.cast(pa.string())
    numbers = pa.decimal64(_DIGITS, places)
    return pa.Array.from_buffers(numbers, len(whole), [None, pa.py_buffer(whole)]).cast(pa.string())


def _scaled(column: pa.Array, places: int) -> NDArray[np.uint64] | None:
    """Each number times ten to the `places`, where all of those are whole, not negative and below 2^53."""
    if column.null_count or column.type.scale < places:
        return None
    words = np.frombuffer(column.buffers()[1], np.uint64).reshape(-1, 2)
    low, high = words[column.offset : column.offset + len(column)].T
    whole: NDArray[np.uint64]
    whole, rest = np.divmod(low, np.uint64(10 ** (column.type.scale - places)))
    if high.any() or rest.any() or whole.max(initial=0) > _EXACT:
        return None
    return whole


def _places(sample: pa.Array) -> int:
    """After the point, in the longest of a few numbers."""
    texts = [str(value.normalize()) for value in sample.to_pylist() if value is not None]
    return min(max((len(text.partition(".")[2]) for text in texts), default=0), _PLACES)
