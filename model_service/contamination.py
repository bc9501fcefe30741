"""How much of a candle's window can not be relied on: one definition for training, live and replay.

The features see confirmed candles alone. A bar of the grid is spoiled where there is none (a hole, or a
candle that only the stream has told so far), and where the exchange has changed a candle afterwards.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple

import numpy as np

from market.coverage import Revision
from market.features import CLEAN_BARS, WARMUP
from market.interval import MONTH, Interval
from market.outcome import Floats, Times, ahead


class Revised(NamedTuple):
    """Open times of candles that the exchange changed, with the time when that was first seen (ms UTC)."""

    open_times: Times
    seen_at: Times


NOTHING_REVISED: Final = Revised(np.empty(0, dtype=np.int64), np.empty(0, dtype=np.int64))


def revised(revisions: Sequence[Revision]) -> Revised:
    """Each changed candle once, oldest first, as it was first seen."""
    first: dict[int, int] = {}
    for each in revisions:
        first[each.open_time] = min(each.detected_at, first.get(each.open_time, each.detected_at))
    found = sorted(first.items())
    return Revised(*(np.array([pair[i] for pair in found], dtype=np.int64) for i in (0, 1)))


def spoiled_share(open_times: Times, interval: Interval, changed: Revised = NOTHING_REVISED) -> Floats:
    """Per bar, the share of spoiled bars among the last `CLEAN_BARS` or `WARMUP`, whichever is larger.

    `open_times` are those of the confirmed candles, ascending. A revision counts from the close of the
    candle on by which it was seen. What lies before the first candle counts as spoiled.
    """
    shares = (_share(open_times, interval, changed, bars) for bars in (CLEAN_BARS, WARMUP))
    return np.asarray(np.maximum(*shares))


def places(open_times: Times, interval: Interval) -> Times:
    """Numbers of bars on the interval's grid: neighbours differ by one."""
    if interval.name == MONTH:
        return open_times.astype("M8[ms]").astype("M8[M]").astype(np.int64)
    return np.asarray(open_times // interval.typical_ms)


def _share(open_times: Times, interval: Interval, changed: Revised, bars: int) -> Floats:
    place = places(open_times, interval)
    present = np.arange(1, len(place) + 1) - np.searchsorted(place, place - bars, side="right")
    return np.asarray((bars - present + _revisions(open_times, place, interval, changed, bars)) / bars)


def _revisions(open_times: Times, place: Times, interval: Interval, changed: Revised, bars: int) -> Times:
    """Per bar, how many of the `bars` up to it are candles that were changed, as far as was known."""
    if not len(changed.open_times):
        return np.zeros(len(place), dtype=np.int64)
    kept = np.isin(changed.open_times, open_times)
    at = places(changed.open_times[kept], interval)
    known = np.searchsorted(ahead(open_times, 1, interval), changed.seen_at[kept], side="right")
    first = np.maximum(np.searchsorted(place, at), known)
    end = np.maximum(np.searchsorted(place, at + bars), first)
    steps = np.zeros(len(place) + 1, dtype=np.int64)
    np.add.at(steps, first, 1)
    np.add.at(steps, end, -1)
    return np.asarray(np.cumsum(steps)[:-1])
