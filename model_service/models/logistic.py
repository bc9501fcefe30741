"""Logistic regression for the rise, ridge for the gain, on standardised features. Saved as JSON."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

import numpy as np
from sklearn.linear_model import LogisticRegression, Ridge

from market.features import FEATURES
from market.outcome import Floats
from model_service.models.fitted import NO_CHANGE, Parameters, Raw

_FILE: Final = "logistic.json"
_LARGEST_Z: Final = 5.0
# Inverse strength of the logistic regression's penalty, strength of the ridge's.
_FIXED: Final[Parameters] = {"c": 0.01, "alpha": 1_000.0}
GRID: Final[dict[str, Parameters]] = {
    "held_back_more": {"c": 0.001, "alpha": 10_000.0},
    "held_back_less": {"c": 0.1, "alpha": 100.0},
    "hardly_held_back": {"c": 1.0, "alpha": 10.0},
}


@dataclass(frozen=True, slots=True)
class Logistic:
    """Two linear models over the same standardised features; `low`, `high` are offsets from the gain.

    A missing value counts as the feature's `median` in training (its group's `present` flag is a feature).
    """

    median: list[float]
    mean: list[float]
    deviation: list[float]
    weights: list[float]
    intercept: float
    gain_weights: list[float]
    gain_intercept: float
    low: float
    high: float

    def raw(self, matrix: Floats) -> Raw:
        """Scores before calibration."""
        z = self._standardised(matrix)
        gain = z @ np.array(self.gain_weights) + self.gain_intercept
        return Raw(z @ np.array(self.weights) + self.intercept, gain, gain + self.low, gain + self.high)

    def log_odds(self, matrix: Floats) -> Floats:
        """The log-odds of `raw` alone."""
        return self.raw(matrix).log_odds

    def gain(self, matrix: Floats) -> Floats:
        """The gain of `raw` alone."""
        return self.raw(matrix).gain

    def contributions(self, matrix: Floats) -> tuple[Floats, Floats]:
        """Weight times standardised feature."""
        return self._standardised(matrix) * np.array(self.weights), np.full(len(matrix), self.intercept)

    def save(self, folder: Path) -> list[str]:
        """One JSON file."""
        (folder / _FILE).write_text(json.dumps(asdict(self), indent=1), encoding="utf-8")
        return [_FILE]

    def _standardised(self, matrix: Floats) -> Floats:
        return _standardised(matrix, *(np.array(v) for v in (self.median, self.mean, self.deviation)))


def fit(
    matrix: Floats,
    scaled: Floats,
    up: Floats,
    seed: int,
    names: Sequence[str] = FEATURES,
    parameters: Parameters = NO_CHANGE,
) -> Logistic:
    """Fit both; medians, means and deviations come from these rows only."""
    median = np.nanmedian(matrix, axis=0)
    mean, deviation = np.nanmean(matrix, axis=0), np.nanstd(matrix, axis=0)
    deviation = np.where(deviation > 0, deviation, 1.0)
    z = _standardised(matrix, median, mean, deviation)
    held = {**_FIXED, **parameters}
    rise = LogisticRegression(C=held["c"], max_iter=500, random_state=seed).fit(z, up)
    gain = Ridge(alpha=held["alpha"]).fit(z, scaled)
    low, high = np.quantile(scaled - gain.predict(z), [0.1, 0.9])
    return Logistic(
        median.tolist(),
        mean.tolist(),
        deviation.tolist(),
        rise.coef_[0].tolist(),
        float(rise.intercept_[0]),
        gain.coef_.tolist(),
        float(gain.intercept_),
        float(low),
        float(high),
    )


def load(folder: Path) -> Logistic:
    """Read the JSON file."""
    return Logistic(**json.loads((folder / _FILE).read_text(encoding="utf-8")))


def _standardised(matrix: Floats, median: Floats, mean: Floats, deviation: Floats) -> Floats:
    known = np.where(np.isnan(matrix), median, matrix)
    return np.asarray(np.clip((known - mean) / deviation, -_LARGEST_Z, _LARGEST_Z))
