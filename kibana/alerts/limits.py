"""From when on something is late: one number each, for the rules and for the notifier's own look at MySQL."""

from __future__ import annotations

from typing import Final

from market.interval import HOUR, SECOND, Interval
from market.ports.heartbeat import EVERY_S

LATE_BARS: Final = 2  # candles that may be missing at the end of a series
CONFIRM_S: Final = 120  # wall time that confirming, recording and loading a candle may take
UNDECIDED_BARS: Final = 3  # confirmed candles that may wait for their decision
SILENT_S: Final = 3 * EVERY_S
LOADER_LAG_MS: Final = 60 * SECOND


def stale_after_s(interval: Interval) -> float:
    """Market time from the close of the newest confirmed candle after which a series is stale."""
    return LATE_BARS * interval.typical_ms / SECOND


def readings_every_s(interval: Interval, bars: int) -> float:
    """Market time between two readings of the drift monitors: so many bars, and at least an hour."""
    return max(bars * interval.typical_ms, HOUR) / SECOND
