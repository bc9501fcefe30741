"""`HeartbeatStore` on MySQL and MariaDB."""

from __future__ import annotations

from typing import Any, Final

from market.ports.heartbeat import Figures, Heartbeat, LastBeat, Process, ServiceName
from market.store.connection import Database, log_change

_BATCH: Final = 5_000  # rows per purging transaction
_COLUMNS: Final = (
    *("process", "exchange", "service", "version", "pid", "started_at"),
    *("time", "uptime_s", "memory_bytes", "disk_free_bytes", "ending"),
    *("requests", "errors", "documents", "queue_depth", "lag_ms", "latency_ms", "dead_letters"),
)
_NAMES: Final = ", ".join(_COLUMNS)
_MARKS: Final = ", ".join(["%s"] * len(_COLUMNS))
_WRITE: Final = f"REPLACE INTO heartbeats ({_NAMES}) VALUES ({_MARKS})"  # noqa: S608 (our own names)
_READ: Final = f"""
SELECT {_NAMES} FROM heartbeats WHERE exchange = %s AND service = %s AND time >= %s AND time < %s
ORDER BY time, process LIMIT %s
"""  # noqa: S608
_LAST: Final = f"""
SELECT {_NAMES}, GREATEST(0, TIMESTAMPDIFF(MICROSECOND, recorded_at, CURRENT_TIMESTAMP(3))) / 1000000
FROM heartbeats WHERE exchange = %s AND service = %s ORDER BY time DESC, process DESC LIMIT 1
"""  # noqa: S608
_NEXT_SERVICE: Final = """
SELECT exchange, service FROM heartbeats WHERE exchange > %s OR (exchange = %s AND service > %s)
ORDER BY exchange, service LIMIT 1
"""
_OLDEST: Final = """
SELECT MIN(time), MAX(time), COUNT(*) FROM (
    SELECT time FROM heartbeats WHERE exchange = %s AND service = %s AND time < %s ORDER BY time LIMIT %s
) AS oldest
"""


class MySQLHeartbeatStore:
    """Heartbeats, with retention; every transaction is short."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def write(self, beat: Heartbeat) -> None:
        """Store a beat (idempotent by process and time) with its change-log line, `exchange/service`."""
        process = beat.process
        with self._db.transaction() as cursor:
            cursor.execute(_WRITE, _row(beat))
            log_change(cursor, "heartbeats", f"{process.exchange}/{process.service}", beat.time, beat.time)

    def services(self) -> list[tuple[str, str]]:
        """Exchange and service of everybody who ever beat and is not forgotten, sorted."""
        with self._db.transaction() as cursor:
            return _services(cursor)

    def read(self, exchange: str, service: str, start: int, end: int, *, limit: int) -> list[Heartbeat]:
        """Beats in `[start, end)`, oldest first; of one instant all, even beyond the limit."""
        with self._db.transaction() as cursor:
            cursor.execute(_READ, (exchange, service, start, end, limit))
            beats = [_beat(row) for row in cursor.fetchall()]
            if len(beats) == limit:  # two processes of a service may beat at one instant
                cut = beats[-1].time
                cursor.execute(_READ, (exchange, service, cut, cut + 1, _BATCH))
                beats = [beat for beat in beats if beat.time < cut] + [
                    _beat(row) for row in cursor.fetchall()
                ]
            return beats

    def last(self) -> list[LastBeat]:
        """The newest beat of every service, by exchange and service."""
        found = []
        with self._db.transaction() as cursor:
            for name in _services(cursor):
                cursor.execute(_LAST, name)
                *row, age_s = cursor.fetchone()
                found.append(LastBeat(_beat(row), float(age_s)))
        return found

    def purge(self, before: int) -> int:
        """Delete beats older than `before`, a batch per transaction, and tell followers; returns how many."""
        return sum(self._purge(exchange, service, before) for exchange, service in self.services())

    def _purge(self, exchange: str, service: str, before: int) -> int:
        purged = 0
        while True:
            with self._db.transaction() as cursor:
                deleted = _purge_batch(cursor, exchange, service, before)
            purged += deleted
            if deleted < _BATCH:
                return purged


def _services(cursor: Any) -> list[tuple[str, str]]:
    """From one name to the next by the index: DISTINCT would read every entry of it."""
    found: list[tuple[str, str]] = []
    at = ("", "")
    while True:
        cursor.execute(_NEXT_SERVICE, (at[0], *at))
        row = cursor.fetchone()
        if row is None:
            return found
        at = str(row[0]), str(row[1])
        found.append(at)


def _purge_batch(cursor: Any, exchange: str, service: str, before: int) -> int:
    cursor.execute(_OLDEST, (exchange, service, before, _BATCH))
    first, last, count = cursor.fetchone()
    if count:
        cursor.execute(
            "DELETE FROM heartbeats WHERE exchange = %s AND service = %s AND time BETWEEN %s AND %s",
            (exchange, service, first, last),
        )
        log_change(cursor, "heartbeats", f"{exchange}/{service}", first, last)
    return int(count)


def _row(beat: Heartbeat) -> tuple[Any, ...]:
    process, figures = beat.process, beat.figures
    return (
        *(process.id, process.exchange, str(process.service), process.version, process.pid),
        *(process.started_at, beat.time, beat.uptime_s, beat.memory_bytes, beat.disk_free_bytes, beat.ending),
        *(figures.requests, figures.errors, figures.documents, figures.queue_depth),
        *(figures.lag_ms, figures.latency_ms, figures.dead_letters),
    )


def _beat(row: Any) -> Heartbeat:
    identity, exchange, service, version, pid, started_at, *rest = row
    process = Process(identity, exchange, ServiceName(service), version, pid, started_at)
    time, uptime_s, memory, disk, ending, *figures = rest
    return Heartbeat(process, time, uptime_s, memory, disk, bool(ending), Figures(*figures))
