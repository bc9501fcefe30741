"""Made-up minutes: restless in waves and by the hour, like the real ones."""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy.signal import lfilter

from news.event_study import MINUTE_MS, Effect

START = 1_700_000_000_000 // 86_400_000 * 86_400_000
DAY = 1_440


def wave(size: int, stay: float, deviation: float, random: np.random.Generator) -> np.ndarray:
    """An autoregressive wave with the given standard deviation."""
    shocks = random.standard_normal(size) * deviation * (1 - stay**2) ** 0.5
    return np.asarray(lfilter([1.0], [1.0, -stay], shocks))


def minutes(days: int, seed: int) -> pd.DataFrame:
    """A minute market whose volatility and volume swing together, most of all in the afternoon."""
    random = np.random.default_rng(seed)
    size = days * DAY
    hour = np.arange(size) % DAY / 60
    restless = wave(size, 0.98, 0.5, random) + 0.6 * np.exp(-(((hour - 15) / 3) ** 2))
    move = 4e-4 * np.exp(restless) * random.standard_normal(size)
    volume = np.exp(2 + 0.8 * restless + 0.5 * random.standard_normal(size))
    times = START + np.arange(size, dtype=np.int64) * MINUTE_MS
    return pd.DataFrame({"open_time": times, "close": 100 * np.exp(np.cumsum(move)), "volume": volume})


def news(market: pd.DataFrame, count: int, seed: int) -> np.ndarray:
    """Causeless news, in clusters and in the restless afternoons: what fools a naive test."""
    random = np.random.default_rng(seed)
    times = market["open_time"].to_numpy()
    restless = market["close"].pct_change().rolling(60).std().shift(1)
    hour = times // 3_600_000 % 24
    likely = (restless > restless.median()).to_numpy() & (hour >= 13) & (hour < 21)
    centres = random.choice(np.flatnonzero(likely[8 * DAY :]) + 8 * DAY, count // 2)
    at = np.r_[centres, centres + random.integers(1, 40, len(centres))]
    return np.sort(times[np.minimum(at, len(times) - 100)] + random.integers(0, MINUTE_MS, len(at)))


def found(effects: list[Effect], measure: str) -> set[str]:
    """The windows in which a measure is found to be moved."""
    return {each.window for each in effects if each.measure == measure and each.p_adjusted < 0.05}
