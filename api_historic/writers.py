"""The formats of an answer, written piece by piece: what comes first, batches of rows, what comes last."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

import orjson
import pyarrow as pa

from api_historic.lines import array_words, joined, object_words

Head = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Contents:
    """What an answer is about: `head` says it, `name` is that of the rows, `schema` what the text means."""

    head: Head
    name: str
    schema: pa.Schema


class Writer(Protocol):
    """Used once: `begin`, `rows` as often as there are batches (of text), `end`."""

    def begin(self) -> bytes:
        """Before the first row."""
        ...

    def rows(self, batch: pa.Table) -> bytes:
        """More rows."""
        ...

    def end(self) -> bytes:
        """Behind the last row: what is without it was cut off."""
        ...


class JsonWriter:
    """One object: the head and the rows, as objects or as `columns` and arrays."""

    def __init__(self, contents: Contents, *, arrays: bool = False) -> None:
        schema = contents.schema
        self._contents = contents
        self._head = {**contents.head, "columns": schema.names} if arrays else contents.head
        self._words = array_words(schema) if arrays else object_words(schema)
        self._between = b""

    def begin(self) -> bytes:
        """`{"exchange":"binance",...,"klines":[`"""
        return orjson.dumps(dict(self._head))[:-1] + f',"{self._contents.name}":['.encode()

    def rows(self, batch: pa.Table) -> bytes:
        """`{"open_time":1609459200000,"open":"28923.63",...},{...`"""
        if batch.num_rows == 0:
            return b""
        rows = self._between + joined(batch, self._words)[:-1]
        self._between = b","
        return rows

    def end(self) -> bytes:
        """`]}`"""
        return b"]}"


class NdjsonWriter:
    """An object per line."""

    def __init__(self, contents: Contents) -> None:
        words = object_words(contents.schema)
        self._words = [*words[:-1], words[-1].removesuffix(",") + "\n"]

    def begin(self) -> bytes:
        """Nothing."""
        return b""

    def rows(self, batch: pa.Table) -> bytes:
        """A line per row."""
        return joined(batch, self._words)

    def end(self) -> bytes:
        """Nothing: only the transfer's own end tells that the last line was the last."""
        return b""


class CsvWriter:
    """A line with the names, then one per row."""

    def __init__(self, contents: Contents) -> None:
        self._names = contents.schema.names
        self._words = ["", *[","] * (len(self._names) - 1), "\n"]

    def begin(self) -> bytes:
        """The names."""
        return ",".join(self._names).encode() + b"\n"

    def rows(self, batch: pa.Table) -> bytes:
        """A line per row."""
        return joined(batch, self._words)

    def end(self) -> bytes:
        """Nothing, like NDJSON."""
        return b""


class ArrowWriter:
    """An IPC stream of exact columns; the head is in the metadata of the schema."""

    def __init__(self, contents: Contents) -> None:
        metadata = {name: str(value) for name, value in contents.head.items() if value is not None}
        self._schema = contents.schema.with_metadata(metadata)
        self._sink = _Sink()

    def begin(self) -> bytes:
        """The schema."""
        self._stream = pa.ipc.new_stream(pa.PythonFile(self._sink, "w"), self._schema)
        return self._sink.taken()

    def rows(self, batch: pa.Table) -> bytes:
        """A record batch."""
        self._stream.write_table(batch.cast(self._schema).combine_chunks())
        return self._sink.taken()

    def end(self) -> bytes:
        """The mark of the end."""
        self._stream.close()
        return self._sink.taken()


class _Sink:
    """A file that is emptied between batches."""

    def __init__(self) -> None:
        self._parts: list[bytes] = []
        self.closed = False

    def write(self, data: bytes) -> int:
        self._parts.append(bytes(data))
        return len(data)

    def flush(self) -> None:
        """Nothing waits."""

    def close(self) -> None:
        self.closed = True

    def taken(self) -> bytes:
        taken = b"".join(self._parts)
        self._parts.clear()
        return taken
