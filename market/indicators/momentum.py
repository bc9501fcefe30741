"""Where the price has come from, in units of its own volatility."""

from __future__ import annotations

import numpy as np
import pandas as pd

LENGTHS = (1, 2, 3, 6, 12, 24, 48, 168)
COLUMNS = tuple(f"return_{length}" for length in LENGTHS)


def momentum(bars: pd.DataFrame) -> list[pd.Series]:
    """Log return over each length, divided by the long volatility times the root of the length."""
    close, scale = np.log(bars["close"]), bars["sigma"]
    return [(close - close.shift(length)) / (scale * length**0.5) for length in LENGTHS]
