"""Made-up markets whose truth is known: nothing to learn, something to learn, and something that turns."""

from __future__ import annotations

from typing import Final

import numpy as np
import pandas as pd

from market.interval import Interval
from market.outcome import Floats

RANDOM_WALK: Final = "random walk"
EDGE: Final = "planted edge"
FLIP: Final = "edge that turns"
REGIMES: Final = (RANDOM_WALK, EDGE, FLIP)
_START: Final = 1_600_000_000_000
_LEAN: Final = 0.25


def regimes(bars: int, turn: int, interval: Interval, seed: int = 7) -> dict[str, pd.DataFrame]:
    """Klines of the three markets; in the last the edge changes its sign at bar `turn`."""
    lean = np.full(bars, _LEAN)
    turned = np.where(np.arange(bars) < turn, _LEAN, -_LEAN)
    leans = {RANDOM_WALK: np.zeros(bars), EDGE: lean, FLIP: turned}
    return {name: walk(each, interval, seed) for name, each in leans.items()}


def walk(lean: Floats, interval: Interval, seed: int = 7) -> pd.DataFrame:
    """A GARCH(1,1) walk in which each return leans against the sign of the last, by `lean` volatilities.

    With a lean of 0.25 the next move is guessed right in 0.60 of cases at best.
    """
    random = np.random.default_rng(seed)
    bars = len(lean)
    noise, reach = random.standard_normal(bars), np.abs(random.standard_normal((2, bars))) * 0.002
    returns = np.empty(bars)
    variance, last = 2.5e-5, 0.0
    for t in range(bars):
        last = returns[t] = variance**0.5 * (noise[t] - lean[t] * np.sign(last))
        variance = 2.5e-7 + 0.05 * last**2 + 0.94 * variance
    close = 30_000 * np.exp(np.cumsum(returns))
    opened = np.r_[30_000.0, close[:-1]]
    return pd.DataFrame(
        {
            "open_time": interval.floor(_START) + np.arange(bars) * interval.typical_ms,
            "open": opened,
            "high": np.maximum(opened, close) * (1 + reach[0]),
            "low": np.minimum(opened, close) * (1 - reach[1]),
            "close": close,
            "volume": random.lognormal(3, 0.5, bars) * (1 + 100 * np.abs(returns)),
        }
    )
