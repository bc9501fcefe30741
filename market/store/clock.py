"""The market clock as it is shared between processes: `ingest` saves it, everybody else extrapolates."""

from __future__ import annotations

import time
from typing import Final

from market.store.connection import Database

_REFRESH_S: Final = 5.0


def wall_ms() -> int:
    """Wall time, ms UTC."""
    return time.time_ns() // 1_000_000


class ClockRecorder:
    """Saves an exchange's time beside the wall time at which it was read."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def save(self, exchange: str, market_time: int, speed: float) -> None:
        """`market_time` is now, ms UTC; `speed` is market milliseconds per wall millisecond."""
        with self._db.transaction() as cursor:
            cursor.execute(
                "INSERT INTO market_clock (exchange, market_time, wall_time, speed) VALUES (%s, %s, %s, %s)"
                " ON DUPLICATE KEY UPDATE market_time = VALUES(market_time),"
                " wall_time = VALUES(wall_time), speed = VALUES(speed)",
                (exchange, market_time, wall_ms(), speed),
            )


class StoredClock:
    """The clock of one exchange, read at most every five seconds; the wall clock until one is saved."""

    def __init__(self, db: Database, exchange: str) -> None:
        self._db = db
        self._exchange = exchange
        self._saved: tuple[int, int, float] | None = None
        self._read_at = -_REFRESH_S

    def now(self) -> int:
        """Market time, ms UTC."""
        if time.monotonic() - self._read_at >= _REFRESH_S:
            self._saved = self._read()
            self._read_at = time.monotonic()
        if self._saved is None:
            return wall_ms()
        market_time, wall_time, speed = self._saved
        return market_time + round((wall_ms() - wall_time) * speed)

    @property
    def speed(self) -> float:
        """Market time per wall time, as it was last read."""
        return self._saved[2] if self._saved else 1.0

    def _read(self) -> tuple[int, int, float] | None:
        with self._db.transaction() as cursor:
            cursor.execute(
                "SELECT market_time, wall_time, speed FROM market_clock WHERE exchange = %s",
                (self._exchange,),
            )
            row: tuple[int, int, float] | None = cursor.fetchone()
            return row
