"""What the models learn: the realised return of each decision, seen from the end of its horizon.

Training only; nothing that serves a decision may import this module.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from market.interval import Interval
from market.outcome import Floats, Times, ahead, realised

BARRIER_HORIZON: Final = 24
BARRIER_WIDTH: Final = 1.0


@dataclass(frozen=True, slots=True)
class Labels:
    """One element per bar; NaN where the return is pending or a bar it needs is missing.

    `gain` is the gross open-to-open return, `scaled` the same in volatilities over the horizon, `up` is
    1.0 where it is above zero, `last_bar` the open time (ms UTC) of the newest bar the label has read.
    """

    gain: Floats
    scaled: Floats
    up: Floats
    last_bar: Times

    @property
    def known(self) -> npt.NDArray[np.bool_]:
        """Where there is a label."""
        return np.isfinite(self.scaled)


def labels(open_times: Times, opens: Floats, interval: Interval, horizon: int, sigma: Floats) -> Labels:
    """Labels of the given bars; `sigma` is the one-bar volatility known at each bar's close."""
    found = realised(open_times, opens, interval, horizon)
    gain = found.gross
    up = np.where(np.isfinite(gain), (gain > 0).astype(np.float64), np.nan)
    return Labels(gain, gain / (sigma * np.sqrt(horizon)), up, found.exit_time)


@dataclass(frozen=True, slots=True)
class Barriers:
    """The triple barrier, one element per bar; NaN where a bar is missing or pending.

    `side` is 1.0 (target), -1.0 (stop) or 0.0 (end of time), `gain` the gross return from the next open to
    the exit, `bars` how many bars the position lived.
    """

    side: Floats
    gain: Floats
    bars: Floats


def triple_barrier(
    open_times: Times, prices: npt.NDArray[np.float64], interval: Interval, sigma: Floats,
    horizon: int = BARRIER_HORIZON, width: float = BARRIER_WIDTH,
) -> Barriers:  # fmt: skip
    """Which of target, stop and end of time a position that began now meets first (Lopez de Prado, 2018).

    `prices` has the columns open, high, low. Entry is the next open; the barriers lie `width` volatilities
    over the horizon above and below it. A bar that holds both counts as the stop; a bar that opens beyond a
    barrier exits at its open.
    """
    count = max(0, len(open_times) - horizon - 1)
    opens, highs, lows = (prices[:, column] for column in range(3))
    entry = opens[1 : count + 1]
    reach = width * sigma[:count] * np.sqrt(horizon)
    upper, lower = entry * (1 + reach), entry * (1 - reach)
    side, leave = np.zeros(count), opens[horizon + 1 :][:count].copy()
    bars, open_yet = np.full(count, float(horizon)), np.ones(count, dtype=bool)
    for after in range(1, horizon + 1):
        bar = slice(after, after + count)
        met = open_yet & ((lows[bar] <= lower) | (highs[bar] >= upper))
        stopped = (opens[bar] <= lower) | ((lows[bar] <= lower) & (opens[bar] < upper))
        price = np.where(stopped, np.minimum(opens[bar], lower), np.maximum(opens[bar], upper))
        side[met], leave[met] = np.where(stopped, -1.0, 1.0)[met], price[met]
        bars[met] = after
        open_yet &= ~met
    whole = open_times[horizon + 1 :][:count] == ahead(open_times[:count], horizon + 1, interval)
    known = whole & np.isfinite(reach)
    pad = np.full(len(open_times) - count, np.nan)
    found = (side, leave / entry - 1, bars)
    return Barriers(*(np.r_[np.where(known, each, np.nan), pad] for each in found))
