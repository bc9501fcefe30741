"""The one rule for what a recording lacks: columns beyond open time, prices and volume.

close_time          the last millisecond of the bar, or of the time before the next row where that is sooner
quote_volume        volume x (open + high + low + close) / 4, rounded down to 8 decimals
trades              one for each 1,000 of quote volume, at least one where there is volume
taker_base_volume   half of the volume, taker_quote_volume half of the quote volume, rounded down
"""

from __future__ import annotations

from typing import Final

import numpy as np

from market.interval import Interval
from simulator.bars import (
    CLOSE,
    CLOSE_TIME,
    OPEN,
    OPEN_TIME,
    QUOTE_VOLUME,
    SCALE,
    TAKER_BASE,
    TAKER_QUOTE,
    TRADES,
    VOLUME,
    Bars,
)

COLUMNS: Final = ("close_time", "quote_volume", "trades", "taker_base_volume", "taker_quote_volume")
_TRADE: Final = 1_000 * SCALE


def derive(bars: Bars, interval: Interval) -> None:
    """Fill the columns after `volume`, in place; the rows are sorted."""
    opens = bars[:, OPEN_TIME]
    ends = np.array([_end(int(each), interval) for each in opens], np.int64)
    ends[:-1] = np.minimum(ends[:-1], opens[1:])
    bars[:, CLOSE_TIME] = ends - 1
    prices = bars[:, OPEN : CLOSE + 1].astype(object).sum(axis=1)
    bars[:, QUOTE_VOLUME] = bars[:, VOLUME].astype(object) * prices // (4 * SCALE)
    bars[:, TRADES] = np.maximum(bars[:, QUOTE_VOLUME] // _TRADE, bars[:, VOLUME] > 0)
    bars[:, TAKER_BASE] = bars[:, VOLUME] // 2
    bars[:, TAKER_QUOTE] = bars[:, QUOTE_VOLUME] // 2


def _end(open_time: int, interval: Interval) -> int:
    """A bar off the grid is as long as one on it."""
    return open_time + interval.next_open(open_time) - interval.floor(open_time)
