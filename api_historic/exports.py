"""Whole periods as one streamed file, read behind a key in batches: memory stays flat at any length."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final
from urllib.parse import quote

import pyarrow as pa

from api_historic.deps import Period
from api_historic.feeds import Feed
from api_historic.formats import Format
from api_historic.writers import Contents
from market.interval import END_OF_TIME
from web.streamed_file import Places, StreamedFile

# The first bytes leave after a small batch; a large one is 3 MB of text.
_FIRST_BATCH: Final = 500
_LARGEST_BATCH: Final = 20_000


def batches(feed: Feed, span: Period) -> Iterator[pa.Table]:
    """Rows of a period, oldest first, at least one (perhaps empty) batch."""
    start, size = span.start, _FIRST_BATCH
    while True:
        rows = feed.read(start, span.end, size, False)
        yield rows
        if rows.num_rows < size:
            return
        start = int(rows.column(feed.time)[-1].as_py()) + 1
        size = min(size * 4, _LARGEST_BATCH)


def export(feed: Feed, form: Format, span: Period, places: Places) -> StreamedFile:
    """A file named after what it holds: `binance_BTCUSDT_1h_1609459200000_1609462800000.csv`."""
    ends = (span.start or "start", "end" if span.end == END_OF_TIME else span.end)
    name = "_".join(str(each) for each in (*feed.identity.values(), *ends)) + f".{form.name}"
    headers = {
        **feed.headers,
        "Content-Disposition": _attached(name),
        "Cache-Control": "private, no-cache",
        "Vary": "Accept",
    }
    return StreamedFile(_written(feed, form, span), places, form.media_type, headers)


def _attached(name: str) -> str:
    """Headers are ASCII, names of symbols need not be: RFC 6266."""
    quoted = quote(name)
    return f'attachment; filename="{name}"' if quoted == name else f"attachment; filename*=UTF-8''{quoted}"


def _written(feed: Feed, form: Format, span: Period) -> Iterator[bytes]:
    writer = form.writer(Contents(feed.head, feed.stream, feed.schema))
    opening = writer.begin()
    for rows in batches(feed, span):
        written, opening = opening + writer.rows(rows), b""
        if written:
            yield written
    if ending := writer.end():
        yield ending
