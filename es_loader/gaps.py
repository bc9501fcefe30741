"""What is wrong with a series as documents: its holes and its revisions."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from elasticsearch import Elasticsearch

from es_loader.client import translated
from es_loader.ranges import ALL_TIME, Span
from es_loader.record import Record
from market.documents import DOCUMENTS
from market.documents.holes import hole_document
from market.documents.revisions import revision_documents
from market.documents.stream import Document
from market.interval import Series

_PAGE: Final = 5_000
_SERIES_AT_ONCE: Final = 100  # clauses of a query
_ORDER: Final = ("@timestamp", "market.symbol", "market.interval", "market.exchange")


def holes(record: Record, series: Series, span: Span = ALL_TIME) -> Iterator[Document]:
    """Holes that reach into the span or touch it."""
    for each in record.klines.holes(series):
        if each.start <= span.end and each.end >= span.start:
            yield hole_document(series, each)


def revisions(record: Record, series: Series, span: Span = ALL_TIME) -> Iterator[Document]:
    """Revisions of candles that open in the span."""
    yield from revision_documents(series, record.klines.revisions(series, span.start, span.end + 1))


def stored_holes(client: Elasticsearch, spans: Mapping[Series, Span]) -> Iterator[str]:
    """Ids of the documents of holes that reach into the span of their series or touch it."""
    alias = DOCUMENTS["holes"].alias
    with translated("refreshing holes"):
        client.indices.refresh(index=alias)
    clauses = [_touching(*each) for each in spans.items()]
    for first in range(0, len(clauses), _SERIES_AT_ONCE):
        yield from _found(client, alias, clauses[first : first + _SERIES_AT_ONCE])


def _found(client: Elasticsearch, alias: str, clauses: list[dict[str, Any]]) -> Iterator[str]:
    after: list[Any] | None = None
    while True:
        with translated("searching holes"):
            hits = client.search(
                index=alias,
                query={"bool": {"should": clauses, "minimum_should_match": 1}},
                sort=[{name: "asc"} for name in _ORDER],
                source=False,
                size=_PAGE,
                search_after=after,
            )["hits"]["hits"]
        yield from (hit["_id"] for hit in hits)
        if len(hits) < _PAGE:
            return
        after = hits[-1]["sort"]


def _touching(series: Series, span: Span) -> dict[str, Any]:
    names = {"exchange": series.exchange, "symbol": series.symbol, "interval": series.interval.name}
    of_series = [{"term": {f"market.{name}": value}} for name, value in names.items()]
    return {
        "bool": {
            "filter": [
                *of_series,
                {"range": {"@timestamp": {"lte": span.end, "format": "epoch_millis"}}},
                {"range": {"hole.end": {"gte": span.start, "format": "epoch_millis"}}},
            ]
        }
    }
