"""Minutes in which nothing is traded: now and then in a thin market, and from the end of trading on."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from market.interval import HOUR, MINUTE
from simulator.bars import (
    CLOSE,
    HIGH,
    LOW,
    OPEN,
    OPEN_TIME,
    QUOTE_VOLUME,
    TAKER_BASE,
    TAKER_QUOTE,
    TRADES,
    VOLUME,
    Bars,
    between,
    join,
)

_AMOUNTS: Final = [VOLUME, QUOTE_VOLUME, TRADES, TAKER_BASE, TAKER_QUOTE]


def with_idle_minutes(bars: Bars, idle: float, random: np.random.Generator) -> Bars:
    """A share of the minutes becomes flat at the price before it; the last of each hour never does.

    So every hour, and with it every day, ends on its own price, and the days stay independent.
    """
    flat = random.random(len(bars)) < idle
    flat &= bars[:, OPEN_TIME] % HOUR != HOUR - MINUTE
    return _flattened(bars, flat)


def _flattened(bars: Bars, flat: NDArray[np.bool_]) -> Bars:
    bars = bars.copy()
    active = np.maximum.accumulate(np.where(flat, -1, np.arange(len(bars))))
    last = np.where(active >= 0, bars[np.maximum(active, 0), CLOSE], bars[0, OPEN])
    bars[1:, OPEN] = last[:-1]
    bars[flat, HIGH] = bars[flat, LOW] = bars[flat, CLOSE] = bars[flat, OPEN]
    bars[:, HIGH] = np.maximum(bars[:, HIGH], bars[:, OPEN])
    bars[:, LOW] = np.minimum(bars[:, LOW], bars[:, OPEN])
    for column in _AMOUNTS:
        bars[flat, column] = 0
    return bars


def ended(bars: Bars, at: int, until: int, price: int) -> Bars:
    """Nothing is traded from `at` on: flat bars at `price` before `until`, then none."""
    still = between(bars, at, until).copy()
    still[:, OPEN : CLOSE + 1] = price
    still[:, _AMOUNTS] = 0
    return join([bars[bars[:, OPEN_TIME] < at], still])
