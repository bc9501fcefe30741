"""How well scores did over a stretch of candles, and how well such stretches went in the walk-forward."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from market.interval import DAY, Interval
from market.outcome import Floats

_FEWEST: Final = 720
_SHORTEST_MS: Final = 2 * DAY
_NEWEST: Final = 200
_OUTER: Final = 0.01
_FEWEST_STRETCHES: Final = 8
_SMALLEST_P: Final = 1e-6
_SMALLEST_RANGE: Final = 1e-9
_MOST_STEPS: Final = 25
_CLOSE: Final = 1e-8
_LARGEST: Final = 30.0
_RIDGE: Final = 1e-6


class Bounds(NamedTuple):
    """What a measure may be; None where there is no bound."""

    low: float | None
    high: float | None


@dataclass(frozen=True, slots=True)
class Judged:
    """Vectors over candles whose gain is known, oldest first; gains are fractions."""

    probability: Floats
    expected: Floats
    low: Floats
    high: Floats
    gain: Floats

    def __len__(self) -> int:
        return len(self.gain)

    def part(self, rows: slice | npt.NDArray[np.bool_]) -> Judged:
        """Some of the candles."""
        vectors = (self.probability, self.expected, self.low, self.high, self.gain)
        return Judged(*(each[rows] for each in vectors))


# Which side of its history makes a measure suspicious: too little skill, a bias either way.
_SIDES: Final = {
    "brier_skill": (True, False),
    "calibration_slope": (True, False),
    "gain_bias": (True, True),
    "interval_coverage": (True, True),
}
MEASURES: Final = tuple(_SIDES)


def stretch(interval: Interval) -> int:
    """Candles that one reading is about: 720, and never less than two days of them."""
    return max(_FEWEST, -(-_SHORTEST_MS // interval.typical_ms))


def measures(judged: Judged) -> dict[str, float]:
    """Brier skill against the share of rises, calibration slope, expected less real gain, coverage."""
    up = (judged.gain > 0).astype(np.float64)
    rate = float(up.mean())
    worst = rate * (1 - rate)
    brier = float(np.mean((judged.probability - up) ** 2))
    inside = (judged.low <= judged.gain) & (judged.gain <= judged.high)
    return {
        "brier_skill": 1 - brier / worst if worst > 0 else float("nan"),
        "calibration_slope": slope(judged.probability, up),
        "gain_bias": float(np.mean(judged.expected - judged.gain)),
        "interval_coverage": float(inside.mean()),
    }


def slope(p: Floats, up: Floats) -> float:
    """`evaluate.calibration_slope` by Newton's method: hundreds of stretches are read for one card.

    NaN where all candles went one way or were given the same probability.
    """
    clipped = np.clip(p, _SMALLEST_P, 1 - _SMALLEST_P)
    log_odds = np.log(clipped / (1 - clipped))
    if np.ptp(log_odds) < _SMALLEST_RANGE or np.ptp(up) == 0:
        return float("nan")
    rows = np.column_stack([np.ones_like(log_odds), (log_odds - log_odds.mean()) / log_odds.std()])
    weights = np.zeros(2)
    for _ in range(_MOST_STEPS):
        said = 1 / (1 + np.exp(-np.clip(rows @ weights, -_LARGEST, _LARGEST)))
        bend = rows.T @ (rows * (said * (1 - said))[:, None]) + _RIDGE * np.eye(2)
        step = np.linalg.solve(bend, rows.T @ (up - said))
        weights = weights + step
        if np.abs(step).max() < _CLOSE:
            break
    return float(weights[1] / log_odds.std())


def bounds(history: Judged, candles: int) -> dict[str, Bounds]:
    """First and last hundredth of each measure over the stretches of a walk-forward.

    Stretches of `candles` overlap by three quarters; at most the newest 200 are read. Without eight of
    them that do not overlap there is nothing to compare with, and no bound.
    """
    if len(history) < _FEWEST_STRETCHES * candles:
        return {}
    step = candles // 4
    ends = range(len(history), candles - 1, -step)[:_NEWEST]
    seen = [measures(history.part(slice(end - candles, end))) for end in ends]
    return {name: _outer([each[name] for each in seen], *sides) for name, sides in _SIDES.items()}


def _outer(values: list[float], below: bool, above: bool) -> Bounds:
    known = np.array(values)[np.isfinite(values)]
    if not len(known):
        return Bounds(None, None)
    low, high = np.quantile(known, [_OUTER, 1 - _OUTER])
    return Bounds(float(low) if below else None, float(high) if above else None)


def within(value: float, limit: Bounds) -> bool:
    """Whether a measure lies inside its bounds."""
    return (limit.low is None or value >= limit.low) and (limit.high is None or value <= limit.high)


def to_card(found: Mapping[str, Bounds]) -> dict[str, list[float | None]]:
    """Bounds as JSON."""
    return {name: list(each) for name, each in found.items()}


def from_card(card: Mapping[str, object]) -> dict[str, Bounds]:
    """The bounds on a model's card; none on a card of before there were any."""
    found = card.get("monitors")
    return {name: Bounds(*each) for name, each in found.items()} if isinstance(found, dict) else {}
