"""How the trades of one candle lie in it: when, at which price, how much; together they are its volume."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from market.interval import SECOND
from simulator.bars import CLOSE, CLOSE_TIME, HIGH, LOW, OPEN, OPEN_TIME, TRADES, VOLUME, Bars
from simulator.markets.running import corners
from simulator.ports import Listing

Fills = NDArray[np.int64]  # one row per trade, oldest first
TIME, PRICE, QUANTITY, MAKER = range(4)
_SCATTER: Final = 40_503  # odd, so that makers follow no pattern of the trade's number


def fills_of_seconds(candle: Bars, seconds: Bars, listing: Listing) -> Fills:
    """Each second's trades evenly in it, along the line through the seconds' closes."""
    counts = seconds[:, TRADES].astype(np.int64)
    number = np.arange(counts.sum()) - np.repeat(np.cumsum(counts) - counts, counts)
    inside = 1 + (SECOND - 2) * (2 * number + 1) // (2 * np.repeat(counts, counts))
    times = np.repeat(seconds[:, OPEN_TIME].astype(np.int64), counts) + inside
    at = [*seconds[:, OPEN_TIME], seconds[-1, CLOSE_TIME]]
    return _fills(candle, times, np.interp(times, at, [candle[OPEN], *seconds[:, CLOSE]]), listing)


def even_fills(candle: Bars, listing: Listing) -> Fills:
    """Evenly over a candle of which nothing finer is known, on its way through both extremes to the close."""
    begin, count = int(candle[OPEN_TIME]), int(candle[TRADES])
    length = max(int(candle[CLOSE_TIME]) + 1 - begin, 1)
    times = begin - 1 - (-length * np.arange(1, count + 1) // max(count, 1))
    at = [begin + length * third // 3 for third in range(4)]
    return _fills(candle, times, np.interp(times, at, corners(*map(int, candle[OPEN : CLOSE + 1]))), listing)


def _fills(candle: Bars, times: NDArray[np.int64], path: NDArray[np.float64], listing: Listing) -> Fills:
    """Whole ticks inside the candle, and equal quantities of whole lots where there are enough lots."""
    fills = np.zeros((len(times), 4), np.int64)
    volume = int(candle[VOLUME])
    lot = listing.lot if volume >= listing.lot * len(times) else 1
    done = [volume // lot * number // max(len(times), 1) * lot for number in range(1, len(times) + 1)]
    fills[:, TIME] = times
    fills[:, PRICE] = np.clip(np.rint(path / listing.tick) * listing.tick, candle[LOW], candle[HIGH])
    fills[:, QUANTITY] = np.diff(done, prepend=0)
    fills[:, MAKER] = (times * _SCATTER >> 7) & 1
    return fills
