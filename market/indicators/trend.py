"""Distance from the exponential averages."""

from __future__ import annotations

import numpy as np
import pandas as pd

SPANS = (12, 48, 200)
COLUMNS = tuple(f"ema_distance_{span}" for span in SPANS)


def trend(bars: pd.DataFrame) -> list[pd.Series]:
    """Log of close over its exponential mean, in volatilities times the root of the span."""
    close, scale = bars["close"], bars["sigma"]
    return [np.log(close / close.ewm(span=span, adjust=False).mean()) / (scale * span**0.5) for span in SPANS]
