"""What MySQL no longer keeps leaves Elasticsearch too."""

from __future__ import annotations

from es_loader.indices import Indices
from es_loader.record import Record
from market.documents import DOCUMENTS
from market.documents.stream import daily
from market.interval import END_OF_TIME

_TICKS = DOCUMENTS["ticks"]


def drop_purged_days(record: Record, indices: Indices, generation: int) -> list[str]:
    """Delete daily indices that lie before the oldest tick in MySQL; returns their names."""
    oldest = _oldest_tick(record)
    if oldest is None:
        return []
    first_kept = _TICKS.index(daily(oldest), generation)
    days = [name for name in indices.physical(_TICKS) if name[len(_TICKS.alias) + 1].isdigit()]
    purged = [name for name in days if name < first_kept]
    indices.delete(purged)
    return purged


def _oldest_tick(record: Record) -> int | None:
    markets = {(each.series.exchange, each.series.symbol) for each in record.klines.series()}
    oldest = [record.ticks.read(*market, 0, END_OF_TIME, limit=1) for market in sorted(markets)]
    return min((page[0].time for page in oldest if page), default=None)
