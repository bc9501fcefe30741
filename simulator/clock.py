"""The market clock: real time, faster, in the past, or stepped by hand (speed 0)."""

from __future__ import annotations

import time
from collections.abc import Callable

from market.errors import InvalidInput


def wall_ms() -> int:
    """The computer's clock, ms UTC."""
    return time.time_ns() // 1_000_000


class MarketClock:
    """Runs from `start` (None: the present) at `speed` times the pace of `wall`."""

    def __init__(
        self, start: int | None = None, speed: float = 1.0, wall: Callable[[], int] = wall_ms
    ) -> None:
        self._wall = wall
        self._origin = wall()
        self._base = self._origin if start is None else start
        self._speed = _checked(speed)

    @property
    def speed(self) -> float:
        """Market milliseconds per wall millisecond; 0 when only `advance` moves the clock."""
        return self._speed

    def now(self) -> int:
        """Market time, ms UTC."""
        return self._base + int((self._wall() - self._origin) * self._speed)

    def set(self, time_ms: int) -> None:
        """Jump to a market time."""
        if time_ms < 0:
            raise InvalidInput(f"market time {time_ms} is before 1970: give ms UTC")
        self._origin, self._base = self._wall(), time_ms

    def advance(self, by_ms: int) -> None:
        """Step forward."""
        if by_ms < 0:
            raise InvalidInput(f"cannot advance by {by_ms} ms: use set to go back")
        self.set(self.now() + by_ms)

    def run_at(self, speed: float) -> None:
        """Change the pace from now on."""
        now = self.now()
        self._speed = _checked(speed)
        self.set(now)


def _checked(speed: float) -> float:
    if not 0 <= speed <= 100_000:
        raise InvalidInput(f"speed {speed} is not between 0 and 100000")
    return speed
