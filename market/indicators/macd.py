"""Moving average convergence divergence (Gerald Appel, 1970s): spans 12, 26 and 9."""

from __future__ import annotations

import pandas as pd

FAST, SLOW, SIGNAL = 12, 26, 9
COLUMNS = ("macd_histogram",)


def macd(bars: pd.DataFrame) -> list[pd.Series]:
    """The histogram (line minus its signal) as a fraction of the price, in volatilities."""
    close = bars["close"]
    line = close.ewm(span=FAST, adjust=False).mean() - close.ewm(span=SLOW, adjust=False).mean()
    histogram = line - line.ewm(span=SIGNAL, adjust=False).mean()
    return [histogram / close / bars["sigma"]]
