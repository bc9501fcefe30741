"""Notices a connection that is alive and says nothing, or one stream of it that went silent."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from typing import Final

from ingest.market_clock import SampledClock
from market.errors import ExchangeUnavailable
from market.interval import Series

# In market time; never below what a busy machine may need on the wall. Candles come every two seconds.
_ANY_FRAME_MS: Final = 10_000
_KLINE_MS: Final = 10_000
# Quotes come when they change; while its candles come, a symbol may be quiet for this long.
_BOOK_MS: Final = 60_000
_LEAST_WALL_S: Final = 5.0
_MOST_DOUBLINGS: Final = 8
Stream = tuple[str, str]  # symbol, and an interval or BOOK
BOOK: Final = "bookTicker"


class Watchdog:
    """Remembers when each stream spoke last; made anew for every connection.

    A stream that a fresh connection could not wake (a market that is halted, thin or delisted) is given twice
    the time with every connection that was made for its sake: `in_vain` counts them, and is shared.
    """

    def __init__(
        self,
        followed: Sequence[Series],
        clock: SampledClock,
        monotonic: Callable[[], float],
        in_vain: Counter[Stream] | None = None,
    ) -> None:
        self._clock = clock
        self._monotonic = monotonic
        self._in_vain = Counter[Stream]() if in_vain is None else in_vain
        self._any = monotonic()
        symbols = {series.symbol for series in followed}
        streams = [(series.symbol, series.interval.name) for series in followed]
        self._heard: dict[Stream, float] = dict.fromkeys(
            [*streams, *((each, BOOK) for each in symbols)], self._any
        )

    def heard(self, stream: Stream | None = None) -> None:
        """A message came; `stream` is its symbol and interval or `BOOK`."""
        self._any = self._monotonic()
        if stream in self._heard:
            self._heard[stream] = self._any
            if stream in self._in_vain:
                del self._in_vain[stream]

    def check(self) -> None:
        """Raise `ExchangeUnavailable` when nothing at all has come for too long."""
        silent = self._monotonic() - self._any
        if silent > self._allowed(_ANY_FRAME_MS):
            raise ExchangeUnavailable(f"live stream: nothing came for {silent:.1f} s; reconnecting")

    def silent(self) -> str | None:
        """The streams that have been silent for too long while others spoke, in words."""
        now = self._monotonic()
        found = [stream for stream, heard in self._heard.items() if now - heard > self._patience(stream)]
        for stream in found:
            self._in_vain[stream] = min(self._in_vain[stream] + 1, _MOST_DOUBLINGS)
        if not found:
            return None
        symbol, kind = found[0]
        others = f" and {len(found) - 1} others" if len(found) > 1 else ""
        return f"no {symbol} {kind}{others} for {now - self._heard[found[0]]:.1f} s"

    def _patience(self, stream: Stream) -> float:
        return self._allowed((_BOOK_MS if stream[1] == BOOK else _KLINE_MS) << self._in_vain[stream])

    def _allowed(self, market_ms: int) -> float:
        return max(_LEAST_WALL_S, self._clock.wall_seconds(market_ms))
