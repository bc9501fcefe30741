"""The seconds inside generated minutes: a seeded path that touches each minute's high, low and close."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from market.interval import MINUTE, SECOND
from simulator.bars import (
    CLOSE,
    CLOSE_TIME,
    HIGH,
    LOW,
    OPEN,
    OPEN_TIME,
    QUOTE_VOLUME,
    TAKER_BASE,
    TAKER_QUOTE,
    TRADES,
    VOLUME,
    WIDTH,
    Bars,
)

SECONDS: Final = MINUTE // SECOND
Ints = NDArray[np.int64]


def seconds_of(minutes: Bars, tick: int, lot: int, random: np.random.Generator) -> Bars:
    """60 bars for each minute; added up they are exactly the minutes."""
    bars = np.zeros((len(minutes) * SECONDS, WIDTH), np.int64)
    ticks = minutes[:, OPEN : CLOSE + 1] // tick
    path = _path(ticks, random)
    closes = path.ravel() * tick
    opens = np.concatenate((ticks[:, :1], path[:, :-1]), axis=1).ravel() * tick
    bars[:, OPEN_TIME] = (minutes[:, OPEN_TIME, None] + np.arange(SECONDS) * SECOND).ravel()
    bars[:, CLOSE_TIME] = bars[:, OPEN_TIME] + SECOND - 1
    bars[:, OPEN], bars[:, CLOSE] = opens, closes
    bars[:, HIGH], bars[:, LOW] = np.maximum(opens, closes), np.minimum(opens, closes)
    _share_volumes(bars, minutes, lot, random)
    return bars


def _path(ticks: Ints, random: np.random.Generator) -> Ints:
    """Prices at the end of each second, shape (minutes, 60), from open, high, low, close in ticks."""
    count = len(ticks)
    opens, highs, lows, closes = ticks.T
    high_first = random.random(count) < 0.5
    early, late = random.integers(5, 28, count), random.integers(30, 55, count)
    corners = np.stack((opens, np.where(high_first, highs, lows), np.where(high_first, lows, highs), closes))
    at = np.stack((np.full(count, -1), early, late, np.full(count, SECONDS - 1)))
    second = np.arange(SECONDS)[None, :]
    leg = (second > at[1][:, None]).astype(np.int64) + (second > at[2][:, None])
    row = np.arange(count)[:, None]
    begin, end = at[leg, row], at[leg + 1, row]
    share = (second - begin) / (end - begin)
    line = corners[leg, row] * (1 - share) + corners[leg + 1, row] * share
    wobble = random.standard_normal((count, SECONDS)) * (0.12 * (highs - lows))[:, None] * (second != end)
    rounded: Ints = np.clip(np.rint(line + wobble), lows[:, None], highs[:, None]).astype(np.int64)
    return rounded


def _share_volumes(bars: Bars, minutes: Bars, lot: int, random: np.random.Generator) -> None:
    """Whole lots to each second; trades and taker volume in step with them, quote at the minute's price."""
    waits = np.cumsum(random.exponential(size=(len(minutes), SECONDS)), axis=1)
    lots = minutes[:, VOLUME, None] // lot
    done = (lots * (waits / waits[:, -1:])).astype(np.int64)
    done[:, -1] = lots[:, 0]
    shared = np.maximum(lots, 1)  # a minute without trades has nothing to share
    unit_price = minutes[:, QUOTE_VOLUME, None] // shared
    takers = minutes[:, TAKER_BASE, None] // lot * done // shared
    shares = {
        VOLUME: done * lot,
        QUOTE_VOLUME: done * unit_price,
        TRADES: minutes[:, TRADES, None] * done // shared,
        TAKER_BASE: takers * lot,
        TAKER_QUOTE: takers * unit_price,
    }
    for column, running in shares.items():
        bars[:, column] = np.diff(running, axis=1, prepend=0).ravel()
