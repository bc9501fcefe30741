"""What is sent for a whole stream, or for a range of its times."""

from __future__ import annotations

from collections.abc import Iterator

from es_loader import record
from es_loader.body import Body, Operation
from es_loader.everything import EVERYTHING
from es_loader.ndjson import kline_bodies
from es_loader.ranges import ALL_TIME, Span
from es_loader.record import Record
from market.documents import DOCUMENTS
from market.documents.stream import Document


def parts(rows: Record, name: str, generation: int, span: Span = ALL_TIME) -> Iterator[Operation | Body]:
    """Lines that write the documents of a stream whose `@timestamp` lies in the span."""
    if name == "klines":
        for status in rows.klines.series():
            for page in record.kline_pages(rows, status.series, span.start, span.end + 1):
                yield from kline_bodies(status.series, page, generation)
        return
    for document in _documents(rows, name, span):
        yield Operation("index", DOCUMENTS[name], generation, document)


def _documents(rows: Record, name: str, span: Span) -> Iterator[Document]:
    if name == "ticks":
        markets = {(each.series.exchange, each.series.symbol) for each in rows.klines.series()}
        for market in sorted(markets):
            yield from record.ticks(rows, *market, span.start, span.end + 1)
        return
    for document in EVERYTHING[name](rows):
        time = document.body["@timestamp"]
        if isinstance(time, int) and span.start <= time <= span.end:
            yield document
