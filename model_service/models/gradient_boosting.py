"""LightGBM: small trees, many of them, strongly held back. Saved as LightGBM's own text."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import lightgbm
import numpy as np

from market.errors import InvalidInput
from market.features import FEATURES
from market.outcome import Floats
from model_service.models.fitted import NO_CHANGE, Parameters, Raw

_TREES: Final = 150
_COMMON: Final[dict[str, Any]] = {
    "num_leaves": 8,
    "learning_rate": 0.03,
    "min_data_in_leaf": 200,
    "lambda_l2": 10.0,
    "deterministic": True,
    "force_row_wise": True,
    "num_threads": 1,
    "verbosity": -1,
}
GRID: Final[dict[str, Parameters]] = {
    "fewer_trees": {"trees": 75},
    "more_trees": {"trees": 300},
    "smaller_trees": {"num_leaves": 4},
    "larger_trees": {"num_leaves": 16},
    "held_back_less": {"min_data_in_leaf": 50, "lambda_l2": 1.0},
}
_PARTS: Final[dict[str, dict[str, Any]]] = {
    "rise": {"objective": "binary"},
    "gain": {"objective": "regression"},
    "low": {"objective": "quantile", "alpha": 0.1},
    "high": {"objective": "quantile", "alpha": 0.9},
}


@dataclass(frozen=True, slots=True)
class GradientBoosting:
    """Four boosters over the same rows: the rise, the gain, and its quantiles."""

    boosters: dict[str, lightgbm.Booster]

    def raw(self, matrix: Floats) -> Raw:
        """Scores before calibration."""
        return Raw(*(self._part(name, matrix) for name in _PARTS))

    def log_odds(self, matrix: Floats) -> Floats:
        """The log-odds of `raw` alone."""
        return self._part("rise", matrix)

    def gain(self, matrix: Floats) -> Floats:
        """The gain of `raw` alone."""
        return self._part("gain", matrix)

    def contributions(self, matrix: Floats) -> tuple[Floats, Floats]:
        """Shapley values of the trees (Lundberg et al., 2018), additive in log-odds."""
        values = np.asarray(self.boosters["rise"].predict(matrix, pred_contrib=True, num_threads=1))
        return values[:, :-1], values[:, -1]

    def save(self, folder: Path) -> list[str]:
        """One text file per booster."""
        for name, booster in self.boosters.items():
            (folder / f"{name}.txt").write_text(booster.model_to_string(), encoding="utf-8")
        return [f"{name}.txt" for name in self.boosters]

    def _part(self, name: str, matrix: Floats) -> Floats:
        return np.asarray(self.boosters[name].predict(matrix, raw_score=True, num_threads=1))


def fit(
    matrix: Floats,
    scaled: Floats,
    up: Floats,
    seed: int,
    names: Sequence[str] = FEATURES,
    parameters: Parameters = NO_CHANGE,
) -> GradientBoosting:
    """Fit the four boosters on one thread, so that the same rows always give the same text."""
    changed = dict(parameters)
    trees = int(changed.pop("trees", _TREES))
    common = {**_COMMON, **changed, "seed": seed}
    rows = lightgbm.Dataset(matrix, up, feature_name=list(names), params=common, free_raw_data=False)
    boosters = {}
    for name, part in _PARTS.items():
        rows.set_label(up if name == "rise" else scaled)
        boosters[name] = lightgbm.train({**common, **part}, rows, num_boost_round=trees)
    return GradientBoosting(boosters)


def load(folder: Path) -> GradientBoosting:
    """Read the text files; `InvalidInput` when the library cannot make out one of them."""
    texts = {name: (folder / f"{name}.txt").read_text(encoding="utf-8") for name in _PARTS}
    try:
        return GradientBoosting({name: lightgbm.Booster(model_str=text) for name, text in texts.items()})
    except lightgbm.basic.LightGBMError as error:
        raise InvalidInput(f"{folder} holds no model that LightGBM can read: {error}") from None
