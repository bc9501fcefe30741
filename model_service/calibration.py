"""Making scores mean what they say, from predictions on candles the model had not seen."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, NamedTuple

import numpy as np
from sklearn.linear_model import LogisticRegression

from market.outcome import Floats, Times
from model_service.models.fitted import Raw

COVERAGE: Final = 0.8
_FEWEST: Final = 200
_NEWEST_FOR_SIGMOID: Final = 10_000
_NEWEST_FOR_INTERVAL: Final = 2_000
# On a market without any edge the slope is noise around zero; a floor keeps the order of the scores.
_SMALLEST_SLOPE: Final = 0.05


class OutOfFold(NamedTuple):
    """Raw scores of candles that no training row had seen, with what happened; oldest first."""

    raw: Raw
    scaled: Floats
    up: Floats
    last_bar: Times

    def before(self, time: int) -> OutOfFold:
        """Only those whose label was complete before the bar that opens at `time`."""
        keep = (self.last_bar < time) & np.isfinite(self.scaled)
        return OutOfFold(
            Raw(*(v[keep] for v in self.raw)), self.scaled[keep], self.up[keep], self.last_bar[keep]
        )

    def __add__(self, other: object) -> OutOfFold:
        if not isinstance(other, OutOfFold):
            return NotImplemented
        raw = Raw(*(np.r_[a, b] for a, b in zip(self.raw, other.raw, strict=True)))
        rest = (np.r_[a, b] for a, b in zip(self[1:], other[1:], strict=True))
        return OutOfFold(raw, *rest)


def nothing() -> OutOfFold:
    """No predictions yet."""
    empty = np.empty(0)
    return OutOfFold(Raw(empty, empty, empty, empty), empty, empty, np.empty(0, dtype=np.int64))


@dataclass(frozen=True, slots=True)
class Calibration:
    """`slope * log_odds + shift` is calibrated; `widening` (volatilities) is added to both interval ends."""

    slope: float = 1.0
    shift: float = 0.0
    widening: float = 0.0


def calibrate(seen: OutOfFold) -> Calibration:
    """A sigmoid for the probability (Platt, 1999) and a conformal offset for the interval (Romano, 2019).

    With fewer than 200 predictions nothing is changed.
    """
    if len(seen.up) < _FEWEST or len(np.unique(seen.up[-_NEWEST_FOR_SIGMOID:])) < 2:
        return Calibration()
    log_odds, up = seen.raw.log_odds[-_NEWEST_FOR_SIGMOID:], seen.up[-_NEWEST_FOR_SIGMOID:]
    sigmoid = LogisticRegression(C=1e6).fit(log_odds[:, None], up)
    slope, shift = float(sigmoid.coef_[0, 0]), float(sigmoid.intercept_[0])
    if slope < _SMALLEST_SLOPE:
        rate = float(up.mean())
        slope = _SMALLEST_SLOPE
        shift = float(np.log(rate / (1 - rate)) - slope * log_odds.mean())
    return Calibration(slope, shift, _widening(seen))


def _widening(seen: OutOfFold) -> float:
    newest = slice(-_NEWEST_FOR_INTERVAL, None)
    outside = np.maximum(seen.raw.low - seen.scaled, seen.scaled - seen.raw.high)[newest]
    level = min(1.0, COVERAGE * (1 + 1 / len(outside)))
    return float(np.quantile(outside, level))
