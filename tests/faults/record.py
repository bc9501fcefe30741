"""The stores that a whole ingest writes, as a twin in memory or on a real server."""

from __future__ import annotations

from dataclasses import dataclass

from market.ports import ArchiveStore, HealthStore, KlineStore, TickStore
from market.store import Database, MySQLArchiveStore, MySQLHealthStore, MySQLKlineStore, MySQLTickStore
from market.store.memory import MemoryKlineStore, MemoryTickStore
from market.store.memory_archive import MemoryArchiveStore
from market.store.memory_health import MemoryHealthStore
from tests.servers import TestDatabase


@dataclass(frozen=True)
class Record:
    """The stores that ingest writes."""

    klines: KlineStore
    ticks: TickStore
    archive: ArchiveStore
    health: HealthStore


def in_memory() -> Record:
    """An empty one, gone afterwards."""
    klines = MemoryKlineStore()
    return Record(klines, MemoryTickStore(klines), MemoryArchiveStore(klines), MemoryHealthStore(klines))


def on_server(database: TestDatabase) -> Record:
    """An empty one on a real server."""
    database.empty()
    db = Database(database.settings, "ingest")
    return Record(MySQLKlineStore(db), MySQLTickStore(db), MySQLArchiveStore(db), MySQLHealthStore(db))
