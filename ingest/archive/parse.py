"""The text of an archive file to rows that are proved to be what the record may hold.

`1514764800000,13715.65000000,13715.65000000,13400.01000000,13529.01000000,443.35619900,1514768399999,
5993909.89871768,5228,228.52192100,3090541.40571600,0`; from 2025 on times are microseconds, and some files
have a header. Everything is done in columns; only a file with an odd line is looked at line by line.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv

from ingest.archive.odd_lines import Rejected, is_header, sift
from ingest.archive.period import Period
from ingest.archive.senseless import senseless
from market.errors import InvalidMarketData
from market.kline import KLINE_SCHEMA, PRICE_FIELDS, VOLUME_FIELDS, check_klines

_BOM: Final = b"\xef\xbb\xbf"
_PLAIN: Final = b"0123456789.,\n"
_UNUSED: Final = "unused"
_TIMES: Final = ("open_time", "close_time")
MICROSECONDS_FROM: Final = 10**14
_TEXT: Final = pa.schema(
    [
        *[(each.name, each.type if pa.types.is_integer(each.type) else pa.string()) for each in KLINE_SCHEMA],
        (_UNUSED, pa.string()),
    ]
)


@dataclass(frozen=True, slots=True)
class Parsed:
    """Validated rows, the same rows as lines of text (twelve fields, ms), and what was left out."""

    klines: pa.Table
    lines: bytes
    rejected: list[Rejected]


def parse(text: bytes, file: Period) -> Parsed:
    """Every line is stored exactly as it says or rejected with a reason.

    Raises `InvalidMarketData` when not one line is a row.
    """
    body, first = _normalised(text)
    rejected: list[Rejected] = []
    try:
        rows, klines = _read(body)
        numbers: Sequence[int] = range(first, first + rows.num_rows)
    except InvalidMarketData:
        good, numbers, rejected = sift(body.split(b"\n")[:-1], first)
        body = b"".join(line + b"\n" for line in good)
        rows, klines = _read(body)
    reasons = _torn_times(rows)
    in_ms = _in_milliseconds(rows)
    klines = _in_milliseconds(klines)
    reasons = senseless(klines, file, numbers) | reasons
    if reasons:
        raw = body.decode().split("\n")
        rejected += [Rejected(numbers[row], raw[row], why) for row, why in reasons.items()]
        kept = pa.array(np.setdiff1d(np.arange(rows.num_rows), np.fromiter(reasons, np.int64)))
        in_ms, klines = in_ms.take(kept), klines.take(kept)
    if klines.num_rows == 0:
        why = f"; line {rejected[0].line}: {rejected[0].reason}" if rejected else ""
        raise InvalidMarketData(f"not one line is a row{why}")
    check_klines(klines)
    lines = body if in_ms is rows else _lines(in_ms)
    return Parsed(klines, lines, sorted(rejected, key=lambda each: each.line))


def _normalised(text: bytes) -> tuple[bytes, int]:
    """Plain lines without a byte-order mark, carriage returns or a header; the number of the first one."""
    text = text.removeprefix(_BOM)
    if b"\r" in text:
        text = text.replace(b"\r\n", b"\n")
    if text and not text.endswith(b"\n"):
        text += b"\n"
    if text[:1].isdigit():
        return text, 1
    head, _, rest = text.partition(b"\n")
    return (rest, 2) if is_header(head) else (text, 1)


def _read(body: bytes) -> tuple[pa.Table, pa.Table]:
    """All columns with amounts as text, and the used ones exactly; `InvalidMarketData` if any line is odd."""
    if body.translate(None, _PLAIN):
        raise InvalidMarketData("there is something else than numbers")
    if not body:
        return _TEXT.empty_table(), KLINE_SCHEMA.empty_table()
    try:
        rows = pyarrow.csv.read_csv(pa.py_buffer(body), **_options(len(body)))
        klines = rows.select(KLINE_SCHEMA.names).cast(KLINE_SCHEMA)
    except pa.ArrowInvalid as error:
        raise InvalidMarketData(f"a line is no row: {error}") from error
    if pc.any(pc.equal(rows.column(_UNUSED), "")).as_py():
        raise InvalidMarketData("the last field is empty")
    _check_size(klines)
    return rows, klines


def _options(size: int) -> dict[str, Any]:
    return {
        "read_options": pyarrow.csv.ReadOptions(
            column_names=_TEXT.names, use_threads=False, block_size=size + 1
        ),
        "parse_options": pyarrow.csv.ParseOptions(quote_char=False, ignore_empty_lines=False),
        "convert_options": pyarrow.csv.ConvertOptions(
            column_types=_TEXT, null_values=[], strings_can_be_null=False
        ),
    }


def _check_size(klines: pa.Table) -> None:
    """Arrow lets a decimal have more digits than its type says."""
    for name in (*PRICE_FIELDS, *VOLUME_FIELDS):
        kind = klines.schema.field(name).type
        largest = pc.max(klines.column(name)).as_py()
        if largest is not None and largest >= 10 ** (kind.precision - kind.scale):
            raise InvalidMarketData(f"{name} {largest} is too large")


def _torn_times(rows: pa.Table) -> dict[int, str]:
    times = rows.column("open_time").to_numpy()
    torn = np.flatnonzero((times >= MICROSECONDS_FROM) & (times % 1000 != 0))
    return dict.fromkeys(torn.tolist(), "its open time is no whole millisecond")


def _in_milliseconds(rows: pa.Table) -> pa.Table:
    """The unit of every time by its size; a close of ...999999 us becomes ...999 ms."""
    for name in _TIMES:
        times = rows.column(name).to_numpy()
        micro = times >= MICROSECONDS_FROM
        if micro.any():
            at = rows.schema.get_field_index(name)
            rows = rows.set_column(at, name, pa.array(np.where(micro, times // 1000, times)))
    return rows


def _lines(rows: pa.Table) -> bytes:
    out = io.BytesIO()
    options = pyarrow.csv.WriteOptions(include_header=False, quoting_style="none")
    pyarrow.csv.write_csv(rows, out, options)
    return out.getvalue()
