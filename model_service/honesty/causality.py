"""Do features know the past only, and labels the future only? Found by changing the other half."""

from __future__ import annotations

from typing import Final

import numpy as np
import pandas as pd

from market.features import WARMUP
from model_service.honesty.suspect import Suspect

_CHANGED: Final = ("open", "high", "low", "close", "volume")
_CUTS: Final = (0, 133, 402, 611)
_LARGEST_CORRELATION: Final = 0.5


def future_in_features(suspect: Suspect) -> list[str]:
    """Columns whose row t changes when the bars after t are cut off, poisoned (x 1e6) or shuffled."""
    bars = suspect.tail
    full = suspect.features(bars)
    guilty: dict[str, None] = {}
    for cut in _CUTS:
        row = min(WARMUP - 1 + cut, len(bars) - 2)
        past, future = bars.iloc[: row + 1], bars.iloc[row + 1 :]
        for other in (past, pd.concat([past, _poisoned(future)]), pd.concat([past, _shuffled(future)])):
            got = suspect.features(other).iloc[row].to_numpy(np.float64)
            same = np.isclose(got, full.iloc[row].to_numpy(np.float64), rtol=1e-6, atol=1e-8, equal_nan=True)
            guilty |= dict.fromkeys(full.columns[~same])
    return [f"feature {name} changes with the bars after its own" for name in guilty]


def past_in_labels(suspect: Suspect) -> list[str]:
    """Whether a label reads anything but the bars after its own: those up to it are changed."""
    bars = suspect.tail
    full = suspect.label(bars, suspect.spec)
    for cut in _CUTS:
        row = WARMUP - 1 + cut
        if row + suspect.spec.horizon + 1 >= len(bars):
            break
        other = pd.concat([_poisoned(_shuffled(bars.iloc[: row + 1])), bars.iloc[row + 1 :]])
        if not np.isclose(suspect.label(other, suspect.spec)[row], full[row], rtol=1e-9, equal_nan=True):
            return ["the label changes with bars up to its own: it was known when the decision was made"]
    return []


def label_in_features(suspect: Suspect) -> list[str]:
    """Columns that are the label in disguise: correlation above one half, in size or in sign."""
    matrix, gain = suspect.features(suspect.klines), suspect.label(suspect.klines, suspect.spec)
    found = []
    for name in matrix.columns:
        column = matrix[name].to_numpy(np.float64)
        rows = np.isfinite(column) & np.isfinite(gain)
        worst = max(abs(_correlation(column[rows], y[rows])) for y in (gain, np.sign(gain)))
        if worst > _LARGEST_CORRELATION:
            found.append(f"feature {name} and the label correlate by {worst:.2f}")
    return found


def _correlation(one: np.ndarray, other: np.ndarray) -> float:
    if len(one) < 2 or one.std() == 0 or other.std() == 0:
        return 0.0
    return float(np.corrcoef(one, other)[0, 1])


def _poisoned(bars: pd.DataFrame) -> pd.DataFrame:
    return bars.assign(**{name: bars[name] * 1e6 for name in _CHANGED})


def _shuffled(bars: pd.DataFrame) -> pd.DataFrame:
    mixed = bars.sample(frac=1, random_state=3)
    return bars.assign(**{name: mixed[name].to_numpy() for name in _CHANGED})
