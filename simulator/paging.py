"""Which bars a request means: the exchange's rules for `startTime`, `endTime` and `limit`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from market.interval import MONTH, Interval
from simulator.bars import OPEN_TIME, Bars

DEFAULT_LIMIT: Final = 500
LARGEST_LIMIT: Final = 1000
# Later than any market time, and small enough for calendars and 64 bits.
END_OF_TIME: Final = 2**53


@dataclass(frozen=True, slots=True)
class Window:
    """Up to `limit` bars that open in `[first, last]` (inclusive): the newest ones, or the oldest."""

    first: int
    last: int
    limit: int
    newest: bool


def window(start: int | None, end: int | None, limit: int = DEFAULT_LIMIT) -> Window:
    """A start means the oldest bars from it on, with or without an end; otherwise the newest ones."""
    first = 0 if start is None else min(start, END_OF_TIME)
    last = END_OF_TIME if end is None else min(end, END_OF_TIME)
    return Window(first, last, min(limit, LARGEST_LIMIT), newest=start is None)


def pick(bars: Bars, wanted: Window) -> Bars:
    """Apply a window to sorted bars."""
    opens = bars[:, OPEN_TIME]
    low = int(np.searchsorted(opens, wanted.first, "left"))
    high = int(np.searchsorted(opens, wanted.last, "right"))
    if wanted.newest:
        return bars[max(low, high - wanted.limit) : max(low, high)]
    return bars[low : min(high, low + wanted.limit)]


def grid(interval: Interval, wanted: Window, earliest: int, now: int) -> tuple[int, int] | None:
    """First and last open time of the window on an unbroken grid from `earliest` to `now`, None if empty."""
    first, last = max(wanted.first, interval.floor(earliest)), min(wanted.last, now)
    if first > last:
        return None
    first, last = interval.ceil(first), interval.floor(last)
    if first > last:
        return None
    if wanted.newest:
        return max(first, _steps(interval, last, -(wanted.limit - 1), first)), last
    return first, min(last, _steps(interval, first, wanted.limit - 1, last))


def _steps(interval: Interval, open_time: int, steps: int, bound: int) -> int:
    """The open time `steps` bars on (or back); months are walked, no further than `bound`."""
    if interval.name != MONTH:
        return open_time + steps * interval.typical_ms
    at = open_time
    for _ in range(abs(steps)):
        if at == bound:
            break
        at = interval.next_open(at) if steps > 0 else interval.floor(at - 1)
    return at
