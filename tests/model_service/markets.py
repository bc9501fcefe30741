"""Made-up markets whose truth is known."""

from __future__ import annotations

import numpy as np
import pandas as pd

from market.interval import Interval

QUARTER = Interval("15m")
START = 1_600_000_200_000 - 1_600_000_200_000 % QUARTER.typical_ms


def random_walk(bars: int, seed: int, *, edge: float = 0.0, interval: Interval = QUARTER) -> pd.DataFrame:
    """GARCH(1,1) walk; with `edge` every return leans against the sign of the one before it."""
    random = np.random.default_rng(seed)
    noise = random.standard_normal(bars)
    returns = np.empty(bars)
    variance, last = 2.5e-5, 0.0
    for t in range(bars):
        deviation = variance**0.5
        last = returns[t] = deviation * (noise[t] - edge * np.sign(last))
        variance = 2.5e-7 + 0.05 * last**2 + 0.94 * variance
    close = 30_000 * np.exp(np.cumsum(returns))
    opened = np.r_[30_000.0, close[:-1]]
    reach = np.abs(random.standard_normal((2, bars))) * 0.002
    return pd.DataFrame(
        {
            "open_time": START + np.arange(bars) * interval.typical_ms,
            "open": opened,
            "high": np.maximum(opened, close) * (1 + reach[0]),
            "low": np.minimum(opened, close) * (1 - reach[1]),
            "close": close,
            "volume": random.lognormal(3, 0.5, bars) * (1 + 100 * np.abs(returns)),
        }
    )


def drifting_walk(bars: int, seed: int, *, strength: float = 0.001) -> tuple[pd.DataFrame, np.ndarray]:
    """A walk whose drift changes slowly and shows in its returns, with the drift of the bar to come."""
    random = np.random.default_rng(seed)
    drift, level = np.empty(bars), 0.0
    for t in range(bars):
        level = 0.97 * level + strength * random.standard_normal()
        drift[t] = level
    market = random_walk(bars, seed)
    push = np.exp(np.cumsum(np.r_[0.0, drift[:-1]]))
    before = np.r_[1.0, push[:-1]]
    market["open"] *= before
    market["close"] *= push
    market["high"] = np.maximum(market["high"] * before, market[["open", "close"]].max(axis=1))
    market["low"] = np.minimum(market["low"] * before, market[["open", "close"]].min(axis=1))
    return market, drift
