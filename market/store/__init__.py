import market  # noqa: F401
from market.store.archive import MySQLArchiveStore
from market.store.changes import MySQLChangeLog, MySQLLogTrimmer
from market.store.clock import ClockRecorder, StoredClock
from market.store.connection import Database
from market.store.decisions import MySQLDecisionStore
from market.store.health import MySQLHealthStore
from market.store.heartbeats import MySQLHeartbeatStore
from market.store.klines import MySQLKlineStore
from market.store.lifecycle import MySQLLifecycleStore
from market.store.settings import StoreSettings
from market.store.ticks import MySQLTickStore

__all__ = [
    "ClockRecorder",
    "Database",
    "MySQLArchiveStore",
    "MySQLChangeLog",
    "MySQLDecisionStore",
    "MySQLHealthStore",
    "MySQLHeartbeatStore",
    "MySQLKlineStore",
    "MySQLLifecycleStore",
    "MySQLLogTrimmer",
    "MySQLTickStore",
    "StoreSettings",
    "StoredClock",
]
