"""Bollinger bands (John Bollinger, 1980s): 20 bars, standard deviation of closes."""

from __future__ import annotations

import pandas as pd

LENGTH = 20
COLUMNS = ("bollinger_z", "bollinger_width")


def bollinger(bars: pd.DataFrame) -> list[pd.Series]:
    """Distance of close from its mean in standard deviations, and their width in volatilities."""
    close = bars["close"]
    mean, deviation = close.rolling(LENGTH).mean(), close.rolling(LENGTH).std()
    still = deviation <= 1e-9 * close
    return [
        ((close - mean) / deviation).mask(still, 0.0),
        (deviation / mean / (bars["sigma"] * LENGTH**0.5)).mask(still, 0.0),
    ]
