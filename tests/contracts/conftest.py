"""The market stores: the in-memory twins, MariaDB and MySQL 8.0.15 under one contract."""

from dataclasses import dataclass

import pytest

from market.interval import Interval, Series
from market.ports import ArchiveStore, ChangeLog, HealthStore, KlineStore, SymbolInfo, TickStore
from market.store import (
    Database,
    MySQLArchiveStore,
    MySQLChangeLog,
    MySQLHealthStore,
    MySQLKlineStore,
    MySQLTickStore,
    StoreSettings,
)
from market.store.memory import MemoryKlineStore, MemoryTickStore
from market.store.memory_archive import MemoryArchiveStore
from market.store.memory_health import MemoryHealthStore

INFO = SymbolInfo("binance", "BTCUSDT", "BTC", "USDT", "TRADING")


@dataclass(frozen=True)
class MarketStores:
    klines: KlineStore
    ticks: TickStore
    changes: ChangeLog
    health: HealthStore
    archive: ArchiveStore

    def series(self, symbol: str = "BTCUSDT", interval: str = "1h") -> Series:
        info = SymbolInfo("binance", symbol, "BTC", "USDT", "TRADING")
        return self.klines.register(info, Interval(interval))


def on_server(settings: StoreSettings) -> MarketStores:
    db = Database(settings, "ingest")
    return MarketStores(
        MySQLKlineStore(db),
        MySQLTickStore(db),
        MySQLChangeLog(db),
        MySQLHealthStore(db),
        MySQLArchiveStore(db),
    )


@pytest.fixture(
    params=[
        "memory",
        pytest.param("database", marks=pytest.mark.database),
        pytest.param("mysql8", marks=pytest.mark.database),
    ]
)
def stores(request: pytest.FixtureRequest) -> MarketStores:
    if request.param == "memory":
        klines = MemoryKlineStore()
        return MarketStores(
            klines,
            MemoryTickStore(klines),
            klines.changes,
            MemoryHealthStore(klines),
            MemoryArchiveStore(klines),
        )
    return on_server(request.getfixturevalue(request.param))
