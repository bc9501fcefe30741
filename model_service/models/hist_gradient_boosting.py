"""Histogram gradient boosting of scikit-learn: its trees as JSON numbers, walked by our own code.

Nothing of the library is kept but the nodes, so that no pickle is ever needed. Contributions are path
attributions (see `trees.Forest.contributions`); they add up to the log-odds exactly.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor
from threadpoolctl import threadpool_limits

from market.features import FEATURES
from market.outcome import Floats
from model_service.models.fitted import NO_CHANGE, Parameters, Raw
from model_service.models.trees import Forest, forest, from_json

_FILE: Final = "trees.json"
_COMMON: Final[dict[str, Any]] = {
    "max_iter": 100,
    "max_leaf_nodes": 8,
    "learning_rate": 0.05,
    "min_samples_leaf": 200,
    "l2_regularization": 10.0,
    "early_stopping": False,
}
GRID: Final[dict[str, Parameters]] = {
    "fewer_trees": {"max_iter": 50},
    "smaller_trees": {"max_leaf_nodes": 4},
    "larger_trees": {"max_leaf_nodes": 16},
    "held_back_less": {"min_samples_leaf": 50, "l2_regularization": 1.0},
}
_PARTS: Final = ("rise", "gain", "low", "high")
_QUANTILES: Final = {"low": 0.1, "high": 0.9}


@dataclass(frozen=True, slots=True)
class HistGradientBoosting:
    """Four forests over the same features: the rise, the gain, and its quantiles."""

    forests: dict[str, Forest]

    def raw(self, matrix: Floats) -> Raw:
        """Scores before calibration."""
        return Raw(*(self.forests[name].predict(matrix) for name in _PARTS))

    def log_odds(self, matrix: Floats) -> Floats:
        """The log-odds of `raw` alone."""
        return self.forests["rise"].predict(matrix)

    def gain(self, matrix: Floats) -> Floats:
        """The gain of `raw` alone."""
        return self.forests["gain"].predict(matrix)

    def contributions(self, matrix: Floats) -> tuple[Floats, Floats]:
        """Path attributions of the rise, additive in log-odds."""
        return self.forests["rise"].contributions(matrix)

    def save(self, folder: Path) -> list[str]:
        """One JSON file of numbers."""
        content = {name: self.forests[name].to_json() for name in _PARTS}
        (folder / _FILE).write_text(json.dumps(content, allow_nan=False), encoding="utf-8")
        return [_FILE]


def fit(
    matrix: Floats,
    scaled: Floats,
    up: Floats,
    seed: int,
    names: Sequence[str] = FEATURES,
    parameters: Parameters = NO_CHANGE,
) -> HistGradientBoosting:
    """Fit the four on one thread: sums over several would add up in another order every time."""
    with threadpool_limits(limits=1, user_api="openmp"):
        return HistGradientBoosting(
            {
                name: trees_of(estimator(name, seed, parameters).fit(matrix, _target(name, scaled, up)))
                for name in _PARTS
            }
        )


def load(folder: Path) -> HistGradientBoosting:
    """Read the JSON file."""
    content = json.loads((folder / _FILE).read_text(encoding="utf-8"))
    return HistGradientBoosting({name: from_json(content[name]) for name in _PARTS})


def estimator(part: str, seed: int, parameters: Parameters = NO_CHANGE) -> Any:
    """The library's unfitted estimator of a part."""
    settings = {**_COMMON, **parameters, "random_state": seed}
    if part == "rise":
        return HistGradientBoostingClassifier(**settings)
    if part == "gain":
        return HistGradientBoostingRegressor(**settings)
    return HistGradientBoostingRegressor(**settings, loss="quantile", quantile=_QUANTILES[part])


def trees_of(fitted: Any) -> Forest:
    """The trees of a fitted estimator."""
    base = fitted._baseline_prediction.ravel()[0]
    return forest(base, [tree.nodes for round_ in fitted._predictors for tree in round_])


def _target(part: str, scaled: Floats, up: Floats) -> Floats:
    return up if part == "rise" else scaled
