"""The formats of an answer: one Arrow table becomes one block of bytes, without an object per row."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

import orjson
import pyarrow as pa
import pyarrow.compute as pc
from starlette.exceptions import HTTPException

from api_historic.exact import as_text

Head = Mapping[str, object]


def _rows(table: pa.Table, end: str) -> bytes:
    """The rows as JSON objects, each followed by `end`; decimals and words are strings, integers numbers."""
    if table.num_rows == 0:
        return b""
    parts: list[pa.Array | str] = []
    opening = "{"
    for field, column in zip(table.schema, as_text(table).columns, strict=True):
        quote = "" if pa.types.is_integer(field.type) else '"'
        parts += [f'{opening}"{field.name}":{quote}', column, quote]
        opening = ","
    joined = pc.binary_join_element_wise(*parts, "}" + end, "")
    return b"".join(joined.cast(pa.binary()).to_pylist())


def _json(table: pa.Table, head: Head, rows_name: str) -> bytes:
    rows = _rows(table, ",")[:-1]
    return orjson.dumps(dict(head))[:-1] + b',"' + rows_name.encode() + b'":[' + rows + b"]}"


def _ndjson(table: pa.Table, _head: Head, _rows_name: str) -> bytes:
    return _rows(table, "\n")


def _csv(table: pa.Table, _head: Head, _rows_name: str) -> bytes:
    header = ",".join(table.column_names).encode() + b"\n"
    if table.num_rows == 0:
        return header
    columns = [column.combine_chunks() for column in as_text(table).columns]
    lines = pc.binary_join_element_wise(*columns, ",").cast(pa.binary()).to_pylist()
    return header + b"\n".join(lines) + b"\n"


def _arrow(table: pa.Table, head: Head, _rows_name: str) -> bytes:
    metadata = {name: str(value) for name, value in head.items() if value is not None}
    table = table.replace_schema_metadata(metadata)
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, table.schema) as writer:
        writer.write_table(table)
    data: bytes = sink.getvalue().to_pybytes()
    return data


@dataclass(frozen=True, slots=True)
class Format:
    """A media type and how a table with its head is written in it."""

    media_type: str
    encode: Callable[[pa.Table, Head, str], bytes]


FORMATS: Final = {
    "json": Format("application/json", _json),
    "csv": Format("text/csv; charset=utf-8", _csv),
    "ndjson": Format("application/x-ndjson", _ndjson),
    "arrow": Format("application/vnd.apache.arrow.stream", _arrow),
}
_ACCEPTED: Final = {"*/*": "json", "application/*": "json", "text/*": "csv"} | {
    each.media_type.partition(";")[0]: name for name, each in FORMATS.items()
}


def negotiate(wanted: str | None, accept: str) -> Format:
    """`format=` wins, else the best known type of the `Accept` header; 406 when there is none."""
    if wanted:
        return FORMATS[wanted]
    ranked = sorted(map(_quality, (accept or "*/*").split(",")), key=lambda each: -each[1])
    for media_type, quality in ranked:
        if quality > 0 and media_type in _ACCEPTED:
            return FORMATS[_ACCEPTED[media_type]]
    raise HTTPException(406, f"nothing here can be written as {accept!r}")


def _quality(part: str) -> tuple[str, float]:
    media_type, *parameters = (each.strip().lower() for each in part.split(";"))
    given = [each[2:] for each in parameters if each.startswith("q=")]
    try:
        return media_type, float(given[0]) if given else 1.0
    except ValueError:
        return media_type, 0.0
