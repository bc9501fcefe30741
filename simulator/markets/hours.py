"""The hourly skeleton of a generated symbol: log prices with GARCH volatility from the listing on."""

from __future__ import annotations

import math
from array import array
from typing import Final

import numpy as np
from numpy.typing import NDArray

from market.interval import DAY, HOUR
from simulator.markets.randomness import generator
from simulator.markets.symbols import GeneratedSymbol

HOURS_A_DAY: Final = DAY // HOUR
# GARCH(1,1), Bollerslev 1986: variance = omega + ALPHA * shock^2 + BETA * variance; persistence 0.97.
ALPHA: Final = 0.07
BETA: Final = 0.90
_CALMEST, _WILDEST = 0.2, 6.0  # bounds of the variance, in long-run variances
_TAIL: Final = 8  # degrees of freedom of the shocks, a Student t scaled to variance 1
_LARGEST_SHOCK: Final = 6.0
LARGE_MOVE: Final = 1.8  # sigmas; about one hour in seventeen
REBOUND_FADE: Final = 0.7
_THURSDAY: Final = 4  # weekday of 1970-01-01, Sunday = 0


def season(hour: int) -> float:
    """Volatility factor of an hour (counted from 1970): highest at 15 UTC, lower at weekends."""
    day, of_day = divmod(hour, HOURS_A_DAY)
    weekend = (day + _THURSDAY) % 7 in (0, 6)
    return (1 + 0.35 * math.cos(2 * math.pi * (of_day - 15) / HOURS_A_DAY)) * (0.75 if weekend else 1.06)


class HourlyWalk:
    """Grows on demand, day by day; what it has said once it never changes."""

    def __init__(self, symbol: GeneratedSymbol, seed: int) -> None:
        self._symbol = symbol
        self._seed = seed
        self.first_hour = symbol.listed_at // HOUR
        self._levels = array("d", [math.log(symbol.price)])
        self._sigmas = array("d")
        self._variance = symbol.sigma**2
        self._sign = 0.0
        self._pull = 0.0

    def day(self, day: int) -> tuple[int, NDArray[np.float64], NDArray[np.float64]]:
        """First hour, n + 1 log prices (before it and after each hour) and n sigmas of a day since 1970."""
        first = max(day * HOURS_A_DAY, self.first_hour)
        end = (day + 1) * HOURS_A_DAY
        while self.first_hour + len(self._sigmas) < end:
            self._grow()
        low, high = first - self.first_hour, max(end, first) - self.first_hour
        return first, np.array(self._levels[low : high + 1]), np.array(self._sigmas[low:high])

    def _grow(self) -> None:
        """Append the hours up to the next midnight."""
        hour = self.first_hour + len(self._sigmas)
        day, of_day = divmod(hour, HOURS_A_DAY)
        shocks = generator(self._seed, self._symbol.name, "hours", day).standard_t(_TAIL, HOURS_A_DAY)
        shocks = np.clip(shocks * math.sqrt((_TAIL - 2) / _TAIL), -_LARGEST_SHOCK, _LARGEST_SHOCK)
        for at, shock in enumerate(shocks.tolist()[of_day:], hour):
            self._step(season(at), shock)

    def _step(self, factor: float, shock: float) -> None:
        """One hour: sigma times (shock minus the lean against the last return and against a large one)."""
        long_run, sigma = self._symbol.sigma**2, math.sqrt(self._variance)
        change = sigma * (shock - self._symbol.edge * self._sign - self._symbol.rebound * self._pull)
        self._levels.append(self._levels[-1] + factor * change)
        self._sigmas.append(factor * math.sqrt(self._variance))
        variance = long_run * (1 - ALPHA - BETA) + ALPHA * change**2 + BETA * self._variance
        self._variance = min(max(variance, _CALMEST * long_run), _WILDEST * long_run)
        self._sign = math.copysign(1.0, change)
        self._pull = self._sign if abs(change) > LARGE_MOVE * sigma else REBOUND_FADE * self._pull
