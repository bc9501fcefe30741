"""What the commands are made of, from the settings."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from ingest.settings import IngestSettings
from market.logs import start_logging
from market.ports import ArchiveStore, Clock, HealthStore, KlineStore, ServiceName, TickStore
from market.store import (
    ClockRecorder,
    Database,
    MySQLArchiveStore,
    MySQLHealthStore,
    MySQLKlineStore,
    MySQLTickStore,
    StoredClock,
    StoreSettings,
)


@dataclass(frozen=True, slots=True)
class Stores:
    """The record, with the rights of the market writer."""

    klines: KlineStore
    ticks: TickStore
    clock: ClockRecorder
    market_clock: Callable[[str], Clock]
    health: HealthStore
    archive: ArchiveStore


def open_stores() -> Stores:
    """Connections are made on first use."""
    database = Database(StoreSettings(), "ingest")
    return Stores(
        MySQLKlineStore(database),
        MySQLTickStore(database),
        ClockRecorder(database),
        partial(StoredClock, database),
        MySQLHealthStore(database),
        MySQLArchiveStore(database),
    )


def log_as(settings: IngestSettings) -> None:
    """One line per event on stderr; the library's own complaints are told by our supervisor."""
    start_logging(ServiceName.INGEST, settings.log_level)
    for name in ("binance", "websockets", "mysql.connector"):
        logging.getLogger(name).setLevel(logging.CRITICAL)
