"""`with beating(...)`: the one line that gives a process a heart."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from market.heartbeat.heart import Heart
from market.interval import DAY
from market.ports.heartbeat import Figures, ServiceName
from market.store.clock import StoredClock
from market.store.connection import Database
from market.store.heartbeats import MySQLHeartbeatStore
from market.store.settings import HeartbeatSettings

log = logging.getLogger(__name__)


@contextmanager
def beating(service: ServiceName, figures: Callable[[], Figures] = Figures) -> Iterator[None]:
    """Beat while the block runs; its end, by whatever exception, is a clean one.

    Without a password the process runs all the same and says once that it does not beat.
    """
    settings = HeartbeatSettings()
    if not settings.heartbeat_password:
        log.warning("no heartbeat: OPA_DB_HEARTBEAT_PASSWORD is not set; `sh setup.sh` makes it")
        yield
        return
    database = Database(settings, "heartbeat")
    heart = Heart(
        MySQLHeartbeatStore(database),
        StoredClock(database, settings.exchange),
        settings.exchange,
        service,
        figures,
        settings.state_dir,
        settings.retention_days * DAY,
    )
    heart.start()
    try:
        yield
    finally:
        heart.stop()
