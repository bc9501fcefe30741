"""What MySQL no longer keeps leaves Elasticsearch too: whole days as their indices."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Final

from es_loader.indices import Indices
from es_loader.ranges import Range
from es_loader.record import Record
from market.documents import DOCUMENTS
from market.documents.stream import EMPTY_PARTITION, daily, parted
from market.interval import END_OF_TIME


def drop_purged_days(record: Record, indices: Indices, changed: Iterable[Range]) -> list[str]:
    """Delete the daily indices that lie before the oldest row in MySQL; returns their names.

    The oldest row is dear to ask for, and only a change in an earlier day than today can be a purge. A stream
    that has no row at all keeps its indices.
    """
    purged = []
    for name in {each.stream for each in changed if each.stream in PURGED and _of_the_past(record, each)}:
        stream = DOCUMENTS[name]
        oldest = min(PURGED[name](record), default=None)
        if oldest is not None:
            days = [each for each in indices.physical(stream) if parted(each)[1] != EMPTY_PARTITION]
            purged += [each for each in days if parted(each)[1] < daily(oldest)]
    indices.delete(purged)
    return purged


def _of_the_past(record: Record, changed: Range) -> bool:
    exchange = changed.series.partition("/")[0]
    return daily(changed.start) < daily(record.clock(exchange).now())


def _oldest_ticks(record: Record) -> Iterator[int]:
    markets = {(each.series.exchange, each.series.symbol) for each in record.klines.series()}
    for market in markets:
        yield from (each.time for each in record.ticks.read(*market, 0, END_OF_TIME, limit=1))


def _oldest_beats(record: Record) -> Iterator[int]:
    for service in record.heartbeats.services():
        yield from (each.time for each in record.heartbeats.read(*service, 0, END_OF_TIME, limit=1))


PURGED: Final[dict[str, Callable[[Record], Iterator[int]]]] = {
    "ticks": _oldest_ticks,
    "heartbeats": _oldest_beats,
}
