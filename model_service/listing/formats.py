"""Decisions written piece by piece, in the format that was asked for."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable, Iterator
from typing import Any, Final

import orjson
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv

from market.ports import LISTED_SCHEMA
from model_service.listing.rows import rows_of
from model_service.views import SIMULATED

_PRICE: Final = pa.decimal128(30, 14)
_PRICES: Final = ("price", "entry_price", "exit_price")
# Of CSV and Arrow: flat, `outcome` is the state.
FLAT_SCHEMA: Final = LISTED_SCHEMA.insert(4, pa.field("simulated", pa.bool_()))
_ARROW_SCHEMA: Final = pa.schema(
    [pa.field(each.name, _PRICE) if each.name in _PRICES else each for each in FLAT_SCHEMA]
)
_CSV: Final = pyarrow.csv.WriteOptions(include_header=False, quoting_style="needed")
Write = Callable[[Iterable[pa.Table]], Iterator[bytes]]


def page_in(form: str, table: pa.Table, next_cursor: str | None) -> bytes:
    """A page as one block."""
    if form == "json":
        return _dumps({"decisions": list(rows_of(table)), "next_cursor": next_cursor})
    return b"".join(WRITERS[form]([table]))


def _json(tables: Iterable[pa.Table]) -> Iterator[bytes]:
    yield b'{"decisions":['
    between = b""
    for table in tables:
        rows = _dumps(list(rows_of(table)))[1:-1]
        if rows:
            yield between + rows
            between = b","
    yield b"]}"


def _ndjson(tables: Iterable[pa.Table]) -> Iterator[bytes]:
    for table in tables:
        yield b"".join(_dumps(row) + b"\n" for row in rows_of(table))


def _csv(tables: Iterable[pa.Table]) -> Iterator[bytes]:
    yield ",".join(FLAT_SCHEMA.names).encode() + b"\n"
    for table in tables:
        sink = io.BytesIO()
        pyarrow.csv.write_csv(_flat(table), sink, _CSV)
        yield sink.getvalue()


def _arrow(tables: Iterable[pa.Table]) -> Iterator[bytes]:
    sink = io.BytesIO()
    with pa.ipc.new_stream(sink, _ARROW_SCHEMA) as writer:
        for table in tables:
            writer.write_table(_flat(table).cast(_ARROW_SCHEMA).combine_chunks())
            yield _taken(sink)
    yield _taken(sink)


def _flat(table: pa.Table) -> pa.Table:
    return table.add_column(4, "simulated", pc.equal(table["exchange"], SIMULATED))


def _taken(sink: io.BytesIO) -> bytes:
    taken = sink.getvalue()
    sink.seek(0)
    sink.truncate()
    return taken


def _dumps(content: Any) -> bytes:
    return orjson.dumps(content)


WRITERS: Final[dict[str, Write]] = {"json": _json, "ndjson": _ndjson, "csv": _csv, "arrow": _arrow}
