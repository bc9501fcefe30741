"""Where history begins, on exchanges that answer for a window and say nothing about what lies beyond."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection
from typing import Final

from market.interval import DAY, Interval

# Open time of the first bar that opens in `[start, end]`, a range that fits into one page; None without one.
FirstIn = Callable[[Interval, int, int], Awaitable[int | None]]
# No exchange is older (2010-01-01).
_OLDEST: Final = 14_610 * DAY
_LEVELS: Final = ("1M", "1d", "1h", "1m", "1s")


def window_end(interval: Interval, start: int, bars: int) -> int:
    """Last open time of the window of at most `bars` bars that begins at `start`."""
    step = interval.typical_ms if interval.name != "1M" else 28 * DAY
    return max(start, interval.floor(start + (bars - 1) * step))


async def first_open(
    first_in: FirstIn, offered: Collection[str], interval: Interval, bars: int, now: int
) -> int | None:
    """Open time of the oldest bar that is served, None where there is none.

    Looked for from coarse bars to fine ones, so that a few requests do; where fine bars do not reach back as
    far as coarse ones, by halving the time up to now.
    """
    levels = [Interval(name) for name in _LEVELS if name in offered]
    levels = [level for level in levels if level.typical_ms > interval.typical_ms] or [interval]
    oldest = await _scan(first_in, levels[0], bars, now)
    if oldest is None:
        return None
    for level in levels[1:]:
        start = level.floor(oldest)
        oldest = await first_in(level, start, window_end(level, start, bars)) or oldest
    start = interval.floor(oldest)
    found = await first_in(interval, start, window_end(interval, start, bars))
    return await _halve(first_in, interval, start, bars, now) if found is None else found


async def _scan(first_in: FirstIn, interval: Interval, bars: int, now: int) -> int | None:
    """Window after window; the coarse bars of all years are a few pages."""
    start, found = interval.ceil(_OLDEST), None
    while found is None and start <= now:
        end = window_end(interval, start, bars)
        found = await first_in(interval, start, end)
        start = interval.next_open(end)
    return found


async def _halve(first_in: FirstIn, interval: Interval, start: int, bars: int, now: int) -> int | None:
    """The oldest bar, where every window after it has bars too."""
    low, high = start, max(start, interval.floor(now) - (bars - 1) * interval.typical_ms)
    found = await first_in(interval, high, window_end(interval, high, bars))
    while found is not None and low < high:
        middle = interval.floor((low + high) // 2)
        end = window_end(interval, middle, bars)
        older = await first_in(interval, middle, end)
        if older is None:
            low = min(interval.next_open(end), high)
        elif older > middle:
            return older
        else:
            found = high = older
    return found
