"""The exchange's time between two samples of it: it may run faster than ours, in the past, or jump."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable
from typing import Final

_SAMPLES: Final = 30
# A sample this far (ms of wall time) from where the clock should be means that it was set or paced anew.
_JUMP_WALL_MS: Final = 2_000


class SampledClock:
    """Market time, extrapolated from samples by the speed that they show. Implements `Clock`."""

    def __init__(self, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._monotonic = monotonic
        self._samples: deque[tuple[float, int]] = deque(maxlen=_SAMPLES)
        self.speed = 1.0

    def observe(self, market_time: int, at: float | None = None) -> bool:
        """Take in a sample, read at monotonic time `at`; True when the clock has jumped."""
        at = self._monotonic() if at is None else at
        off = abs(market_time - self._at(at)) if len(self._samples) > 1 else 0
        jumped = off > _JUMP_WALL_MS * max(self.speed, 1)
        if jumped:
            self._samples.clear()
        self._samples.append((at, market_time))
        first_at, first_time = self._samples[0]
        if at > first_at:
            self.speed = max(0.0, (market_time - first_time) / 1000 / (at - first_at))
        return jumped

    def now(self) -> int:
        """Market time, ms UTC."""
        return self._at(self._monotonic())

    def wall_seconds(self, market_ms: float) -> float:
        """How long `market_ms` of market time take on the wall."""
        return market_ms / 1000 / max(self.speed, 1e-3)

    def _at(self, moment: float) -> int:
        at, market_time = self._samples[-1]
        return market_time + round((moment - at) * 1000 * self.speed)
