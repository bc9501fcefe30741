"""The shape of the candle that just closed."""

from __future__ import annotations

import numpy as np
import pandas as pd

COLUMNS = ("range", "close_location", "upper_wick", "lower_wick")


def candle_shape(bars: pd.DataFrame) -> list[pd.Series]:
    """Range in volatilities; where the close lies in it (-1 low, 1 high); wicks as shares of it.

    A candle without range has location and wicks 0.
    """
    high, low, close = bars["high"], bars["low"], bars["close"]
    body_top = np.maximum(bars["open"], close)
    body_bottom = np.minimum(bars["open"], close)
    span = high - low
    flat = span <= 0
    shares = [(2 * close - high - low) / span, (high - body_top) / span, (body_bottom - low) / span]
    return [span / close / bars["sigma"], *(share.mask(flat, 0.0) for share in shares)]
