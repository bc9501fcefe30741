"""What MySQL no longer keeps leaves Elasticsearch too: whole days as their indices."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Final

from es_loader.indices import Indices
from es_loader.record import Record
from market.documents import DOCUMENTS
from market.documents.stream import daily
from market.interval import END_OF_TIME


def drop_purged_days(
    record: Record, indices: Indices, streams: Iterable[str], generations: Mapping[str, int]
) -> list[str]:
    """Delete the daily indices that lie before the oldest row in MySQL; returns their names.

    Of the given streams those count that are purged; one that has no row at all keeps its indices.
    """
    purged = []
    for name in set(streams) & PURGED.keys():
        stream = DOCUMENTS[name]
        oldest = min(PURGED[name](record), default=None)
        if oldest is not None:
            first_kept = stream.index(daily(oldest), generations[name])
            days = [each for each in indices.physical(stream) if each[len(stream.alias) + 1].isdigit()]
            purged += [each for each in days if each < first_kept]
    indices.delete(purged)
    return purged


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
