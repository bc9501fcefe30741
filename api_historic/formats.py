"""Which format an answer has, and how a whole page is written in it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Final

import pyarrow as pa
from starlette.exceptions import HTTPException

from api_historic.writers import ArrowWriter, Contents, CsvWriter, JsonWriter, NdjsonWriter, Writer


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


FORMATS: Final = {
    "json": Format("json", "application/json", JsonWriter),
    "csv": Format("csv", "text/csv; charset=utf-8", CsvWriter),
    "ndjson": Format("ndjson", "application/x-ndjson", NdjsonWriter),
    "arrow": Format("arrow", "application/vnd.apache.arrow.stream", ArrowWriter),
}
JSON: Final = FORMATS["json"]
ARRAYS: Final = Format("json", JSON.media_type, partial(JsonWriter, arrays=True))
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
