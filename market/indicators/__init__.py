"""Indicators: one file each with one function of its name, and the table that registers them.

Every indicator is causal (row t reads bars up to t), scale-free (prices times ten change nothing) and
counts in bars. It takes a frame indexed by `open_time` (ms UTC) with float columns
`open, high, low, close, volume` and `sigma` (see `volatility.sigma`), and gives its `COLUMNS` in order.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, NamedTuple

import pandas as pd

from market.indicators import (
    bollinger,
    candle_shape,
    donchian,
    macd,
    momentum,
    rsi,
    season,
    trend,
    volatility,
    volume_flow,
)


class Indicator(NamedTuple):
    """A function and the names of the columns it gives."""

    function: Callable[[pd.DataFrame], list[pd.Series]]
    columns: tuple[str, ...]


INDICATORS: Final[tuple[Indicator, ...]] = (
    Indicator(momentum.momentum, momentum.COLUMNS),
    Indicator(volatility.volatility, volatility.COLUMNS),
    Indicator(trend.trend, trend.COLUMNS),
    Indicator(rsi.rsi, rsi.COLUMNS),
    Indicator(bollinger.bollinger, bollinger.COLUMNS),
    Indicator(macd.macd, macd.COLUMNS),
    Indicator(candle_shape.candle_shape, candle_shape.COLUMNS),
    Indicator(volume_flow.volume_flow, volume_flow.COLUMNS),
    Indicator(donchian.donchian, donchian.COLUMNS),
    Indicator(season.season, season.COLUMNS),
)
