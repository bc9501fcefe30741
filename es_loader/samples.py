"""Ticks and heartbeats: what is sampled every few moments and, after a time, purged from the far end."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from elasticsearch import Elasticsearch

from es_loader.client import translated
from es_loader.ranges import ALL_TIME, Span
from es_loader.record import PAGE, Record
from market.documents import DocumentStream
from market.documents.heartbeats import heartbeat_document
from market.documents.stream import Document

_PAGE: Final = 5_000


def heartbeats(record: Record, exchange: str, service: str, span: Span = ALL_TIME) -> Iterator[Document]:
    """Beats of one service in the span."""
    start = span.start
    while True:
        page = record.heartbeats.read(exchange, service, start, span.end + 1, limit=PAGE)
        yield from map(heartbeat_document, page)
        if len(page) < PAGE:
            return
        start = page[-1].time + 1


def every_heartbeat(record: Record) -> Iterator[Document]:
    """Beats of everybody."""
    for exchange, service in record.heartbeats.services():
        yield from heartbeats(record, exchange, service)


def stored(
    client: Elasticsearch, stream: DocumentStream, terms: Mapping[str, str], start: int, end: int
) -> Iterator[tuple[str, int]]:
    """Ids and times of the documents that `terms` fit in `[start, end)`, oldest first."""
    wanted: list[dict[str, Any]] = [{"term": {name: value}} for name, value in terms.items()]
    with translated(f"refreshing {stream.name}"):
        client.indices.refresh(index=stream.alias)
    while True:
        window = {"range": {"@timestamp": {"gte": start, "lt": end, "format": "epoch_millis"}}}
        with translated(f"searching {stream.name}"):
            found = client.search(
                index=stream.alias,
                query={"bool": {"filter": [*wanted, window]}},
                sort=[{"@timestamp": "asc"}],
                source=False,
                size=_PAGE,
            )["hits"]["hits"]
        yield from ((hit["_id"], hit["sort"][0]) for hit in found)
        if len(found) < _PAGE:
            return
        start = found[-1]["sort"][0] + 1
