"""How much prices move, and whether they move more than usual."""

from __future__ import annotations

import numpy as np
import pandas as pd

LONG = 168
COLUMNS = ("volatility_6_168", "volatility_24_168", "log_sigma")


def log_returns(bars: pd.DataFrame) -> pd.Series:
    """Log return of each close over the close before it."""
    return pd.Series(np.log(bars["close"])).diff()


def sigma(bars: pd.DataFrame, length: int = LONG) -> pd.Series:
    """Standard deviation of one-bar log returns over the last `length` bars; NaN where nothing moved."""
    deviation = log_returns(bars).rolling(length).std()
    return deviation.where(deviation > 1e-9)


def volatility(bars: pd.DataFrame) -> list[pd.Series]:
    """Recent over long volatility (6 and 24 over 168 bars, log) and the log of the long one."""
    long = bars["sigma"]
    returns = log_returns(bars)
    ratios = [np.log1p(returns.rolling(n).std() / long) for n in (6, 24)]
    return [*ratios, np.log(long)]
