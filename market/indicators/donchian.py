"""Donchian channel (Richard Donchian, 1950s): the highest high and lowest low of the last bars."""

from __future__ import annotations

import pandas as pd

LENGTHS = (24, 168)
COLUMNS = tuple(f"donchian_{length}" for length in LENGTHS)


def donchian(bars: pd.DataFrame) -> list[pd.Series]:
    """Position of the close in the channel, -1 at the low and 1 at the high; 0 in a channel without width."""
    return [_position(bars, length) for length in LENGTHS]


def _position(bars: pd.DataFrame, length: int) -> pd.Series:
    high, low = bars["high"].rolling(length).max(), bars["low"].rolling(length).min()
    width = high - low
    return ((2 * bars["close"] - high - low) / width).mask(width <= 0, 0.0)
