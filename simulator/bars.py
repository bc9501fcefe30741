"""Bars: one row of integers per candle, columns in the order of the exchange's own kline row.

Times are ms UTC. Prices and volumes count units of 1e-8 of the quote or base asset, so they are exact: 64-bit
integers, or Python's own where a sum (a month of quote volume) needs more.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from market.interval import MONTH, Interval

Bars = NDArray[Any]
SCALE: Final = 10**8
(
    OPEN_TIME,
    OPEN,
    HIGH,
    LOW,
    CLOSE,
    VOLUME,
    CLOSE_TIME,
    QUOTE_VOLUME,
    TRADES,
    TAKER_BASE,
    TAKER_QUOTE,
) = range(11)
WIDTH: Final = 11
_SUMS: Final = [VOLUME, QUOTE_VOLUME, TRADES, TAKER_BASE, TAKER_QUOTE]
_LARGEST: Final = float(2**63 - 1024)


def empty() -> Bars:
    """No bars, shape (0, 11)."""
    return np.empty((0, WIDTH), np.int64)


def join(parts: Sequence[Bars]) -> Bars:
    """Bars one after the other."""
    return np.concatenate(parts) if parts else empty()


def between(bars: Bars, start: int, end: int) -> Bars:
    """Rows that open in `[start, end)`, as a view."""
    low, high = np.searchsorted(bars[:, OPEN_TIME], [start, end])
    return bars[low:high]


def aggregate(bars: Bars, interval: Interval) -> Bars:
    """The bars of `interval` that the (finer, sorted) rows add up to."""
    if not len(bars):
        return bars
    opens = _opens(bars[:, OPEN_TIME].astype(np.int64), interval)
    first = np.flatnonzero(np.concatenate(([True], opens[1:] != opens[:-1])))
    last = np.append(first[1:], len(bars)) - 1
    if np.add.reduceat(bars[:, _SUMS].astype(float), first).max() > _LARGEST:
        bars = bars.astype(object)
    coarse = bars[first]
    coarse[:, OPEN_TIME] = opens[first]
    coarse[:, HIGH] = np.maximum.reduceat(bars[:, HIGH], first)
    coarse[:, LOW] = np.minimum.reduceat(bars[:, LOW], first)
    coarse[:, CLOSE] = bars[last, CLOSE]
    coarse[:, _SUMS] = np.add.reduceat(bars[:, _SUMS], first)
    coarse[:, CLOSE_TIME] = [interval.close_time(each) for each in opens[first].tolist()]
    return coarse


def _opens(times: NDArray[np.int64], interval: Interval) -> NDArray[np.int64]:
    if interval.name == MONTH:
        months = times.astype("datetime64[ms]").astype("datetime64[M]")
        return months.astype("datetime64[ms]").astype(np.int64)
    step, anchor = interval.typical_ms, interval.floor(0)
    return (times - anchor) // step * step + anchor
