"""The exchange's time between two samples of it: it may run faster than ours, in the past, or jump."""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import Awaitable, Callable
from typing import Final

_SAMPLES: Final = 30
_BETWEEN_FIRST_SAMPLES_S: Final = 0.3
# Series that close together share what the exchange said so long ago (wall time).
_JUST_S: Final = 1.0
# A sample this far (ms of wall time) from where the clock should be means that it was set or paced anew.
_JUMP_WALL_MS: Final = 2_000


class SampledClock:
    """Market time, extrapolated from samples by the speed that they show. Implements `Clock`."""

    def __init__(self, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._monotonic = monotonic
        self._samples: deque[tuple[float, int]] = deque(maxlen=_SAMPLES)
        self._asking = asyncio.Lock()
        self.speed = 1.0
        self.jumps = 0

    @property
    def said(self) -> int:
        """The newest time that the exchange really said, ms UTC: it is never ahead of the exchange."""
        return self._samples[-1][1]

    def observe(self, market_time: int, at: float | None = None) -> bool:
        """Take in a sample, read at monotonic time `at`; True when the clock has jumped."""
        at = self._monotonic() if at is None else at
        off = abs(market_time - self._at(at)) if len(self._samples) > 1 else 0
        jumped = off > _JUMP_WALL_MS * max(self.speed, 1)
        if jumped:
            self.jumps += 1
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

    async def sample(self, ask: Callable[[], Awaitable[int]]) -> bool:
        """Ask the exchange for its time and take it in; True when the clock has jumped."""
        before = self._monotonic()
        market_time = await ask()
        return self.observe(market_time, (before + self._monotonic()) / 2)

    async def said_after(self, moment: int, ask: Callable[[], Awaitable[int]]) -> int:
        """A time that the exchange has just said, asked for anew unless such a one is after `moment`.

        What is final must not hang on an extrapolation: an exchange's clock may stop or be set back.
        """
        async with self._asking:
            if self.said < moment or self._monotonic() - self._samples[-1][0] > _JUST_S:
                await self.sample(ask)
            return self.said

    async def start(self, ask: Callable[[], Awaitable[int]]) -> None:
        """The first two samples: one for the time, one more for the speed."""
        await self.sample(ask)
        await asyncio.sleep(_BETWEEN_FIRST_SAMPLES_S)
        await self.sample(ask)
