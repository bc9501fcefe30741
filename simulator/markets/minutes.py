"""The minutes of a generated day: a seeded bridge inside each hour that ends on the hour's own price."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from market.interval import HOUR, MINUTE
from simulator.bars import (
    CLOSE,
    CLOSE_TIME,
    HIGH,
    LOW,
    OPEN,
    OPEN_TIME,
    QUOTE_VOLUME,
    SCALE,
    TAKER_BASE,
    TAKER_QUOTE,
    TRADES,
    VOLUME,
    WIDTH,
    Bars,
)
from simulator.markets.symbols import GeneratedSymbol

MINUTES: Final = HOUR // MINUTE
_TRADE: Final = 1_500  # typical quote volume of one trade
Floats = NDArray[np.float64]


def minutes_of_day(
    symbol: GeneratedSymbol, first_hour: int, levels: Floats, sigmas: Floats, random: np.random.Generator
) -> Bars:
    """60 bars for each of the n hours; `levels` are n + 1 log prices, `sigmas` n hourly deviations."""
    bars = np.zeros((len(sigmas) * MINUTES, WIDTH), np.int64)
    sigma = np.repeat(sigmas / np.sqrt(MINUTES), MINUTES)
    returns = _bridge(levels, sigmas, symbol.edge, random)
    closes = _closes(symbol, levels, returns)
    opens = np.concatenate((_ticks(symbol, levels[:1]), closes[:-1]))
    bars[:, OPEN_TIME] = first_hour * HOUR + np.arange(len(bars)) * MINUTE
    bars[:, CLOSE_TIME] = bars[:, OPEN_TIME] + MINUTE - 1
    reach = np.abs(random.standard_normal((2, len(bars)))) * 0.6 * sigma * closes
    bars[:, OPEN], bars[:, CLOSE] = opens, closes
    bars[:, HIGH] = np.maximum(opens, closes) + reach[0].astype(np.int64)
    bars[:, LOW] = np.maximum(np.minimum(opens, closes) - reach[1].astype(np.int64), 1)
    _fill_volumes(bars, symbol, np.abs(returns.ravel()) / sigma, sigma, random)
    bars[:, OPEN : CLOSE + 1] *= symbol.tick
    return bars


def _bridge(levels: Floats, sigmas: Floats, edge: float, random: np.random.Generator) -> Floats:
    """Minute returns, shape (hours, 60), that add up to each hour's return.

    Noise with the edge planted on the minute scale, then the Brownian-bridge shift: an equal share of what
    is missing to the hour's return in each minute.
    """
    noise = random.standard_normal((len(sigmas), MINUTES))
    if edge:
        for at in range(1, MINUTES):
            noise[:, at] -= edge * np.sign(noise[:, at - 1])
    noise *= (sigmas / np.sqrt(MINUTES))[:, None]
    missing = np.diff(levels) - noise.sum(axis=1)
    shifted: Floats = noise + missing[:, None] / MINUTES
    return shifted


def _closes(symbol: GeneratedSymbol, levels: Floats, returns: Floats) -> NDArray[np.int64]:
    path = levels[:-1, None] + np.cumsum(returns, axis=1)
    path[:, -1] = levels[1:]  # the sum above is off by rounding; the next hour opens on exactly this
    return _ticks(symbol, path.ravel())


def _ticks(symbol: GeneratedSymbol, levels: Floats) -> NDArray[np.int64]:
    return np.maximum(np.rint(np.exp(levels) * (SCALE / symbol.tick)), 1).astype(np.int64)


def _fill_volumes(
    bars: Bars, symbol: GeneratedSymbol, moves: Floats, sigma: Floats, random: np.random.Generator
) -> None:
    """Volumes from turnover, activity and size of the move; every quote volume is lots times one price."""
    noise = random.standard_normal((2, len(bars)))
    activity = sigma / (symbol.sigma / np.sqrt(MINUTES)) * (0.4 + moves) * np.exp(0.5 * noise[0] - 0.125)
    turnover = symbol.turnover * activity
    lot_value = bars[:, CLOSE] * (symbol.tick / SCALE) * (symbol.lot / SCALE)
    lots = np.maximum(turnover / lot_value, 1).astype(np.int64)
    takers = (lots * np.clip(0.5 + 0.12 * noise[1], 0.05, 0.95)).astype(np.int64)
    price = bars[:, OPEN : CLOSE + 1].sum(axis=1) // 4
    unit = symbol.tick * symbol.lot // SCALE
    bars[:, VOLUME], bars[:, TAKER_BASE] = lots * symbol.lot, takers * symbol.lot
    bars[:, QUOTE_VOLUME], bars[:, TAKER_QUOTE] = price * lots * unit, price * takers * unit
    bars[:, TRADES] = np.clip(turnover / _TRADE, 1, lots).astype(np.int64)
