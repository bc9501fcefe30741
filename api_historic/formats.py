"""Which format an answer has, and how a whole page is written in it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Final

import pyarrow as pa

from api_historic.writers import ArrowWriter, Contents, CsvWriter, JsonWriter, NdjsonWriter, Writer
from web.media_types import MEDIA_TYPES


@dataclass(frozen=True, slots=True)
class Format:
    """A media type and what writes it."""

    name: str
    media_type: str
    writer: Callable[[Contents], Writer]

    def page(self, rows: pa.Table, contents: Contents) -> bytes:
        """All rows (of text) in one block."""
        writer = self.writer(contents)
        return writer.begin() + writer.rows(rows) + writer.end()


_WRITERS: Final[dict[str, Callable[[Contents], Writer]]] = {
    "json": JsonWriter,
    "csv": CsvWriter,
    "ndjson": NdjsonWriter,
    "arrow": ArrowWriter,
}
FORMATS: Final = {name: Format(name, MEDIA_TYPES[name], writer) for name, writer in _WRITERS.items()}
JSON: Final = FORMATS["json"]
ARRAYS: Final = Format("json", JSON.media_type, partial(JsonWriter, arrays=True))
