"""Notices a connection that is alive and says nothing, or one stream of it that went silent."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

from ingest.market_clock import SampledClock
from market.errors import ExchangeUnavailable
from market.interval import Series

# In market time; never below what a busy machine may need on the wall.
_ANY_FRAME_MS: Final = 30_000
_KLINE_MS: Final = 120_000
_LEAST_WALL_S: Final = 5.0


class Watchdog:
    """Remembers when each stream spoke last; made anew for every connection."""

    def __init__(
        self, followed: Sequence[Series], clock: SampledClock, monotonic: Callable[[], float]
    ) -> None:
        self._clock = clock
        self._monotonic = monotonic
        self._any = monotonic()
        self._klines = {(series.symbol, series.interval.name): monotonic() for series in followed}

    def heard(self, kline: tuple[str, str] | None = None) -> None:
        """A frame came; `kline` is its symbol and interval if it was a candle."""
        self._any = self._monotonic()
        if kline in self._klines:
            self._klines[kline] = self._any

    def check(self) -> None:
        """Raise `ExchangeUnavailable` when something has been silent for too long."""
        now = self._monotonic()
        if now - self._any > self._allowed(_ANY_FRAME_MS):
            raise ExchangeUnavailable(f"live stream: nothing came for {now - self._any:.1f} s; reconnecting")
        for (symbol, interval), heard in self._klines.items():
            if now - heard > self._allowed(_KLINE_MS):
                raise ExchangeUnavailable(
                    f"live stream: no {symbol} {interval} candle for {now - heard:.1f} s; reconnecting"
                )

    def _allowed(self, market_ms: int) -> float:
        return max(_LEAST_WALL_S, self._clock.wall_seconds(market_ms))
