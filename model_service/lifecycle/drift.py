"""Whether features are distributed as before: the population stability index, against its own history.

Fixed limits ("0.25 is a major shift") alarm all the time on features that remember their past; so the
limit of each feature is what adjacent windows of the same market differed by before.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from market.outcome import Floats

WINDOW: Final = 720
_BINS: Final = 10
_STEPS: Final = 4
_LIMIT: Final = 0.99
# Windows that do not overlap, in the history that a limit is taken from.
_FEWEST_WINDOWS: Final = 12
NEWEST_WINDOWS: Final = 40


@dataclass(frozen=True, slots=True)
class Drift:
    """Per feature the newest index and its limit; `worst` is the largest index in units of its median.

    `worst_limit` is what that was in the history: one alarm for all features together. (In units of the
    limits it would alarm five times as often: they are the extremes of the very history they are held to.)
    """

    index: Floats
    limit: Floats
    worst: float
    worst_limit: float

    @property
    def alarm(self) -> bool:
        """Whether the features as a whole have moved."""
        return self.worst > self.worst_limit


def psi(before: Floats, after: Floats) -> float:
    """Population stability index over the tenths of `before`, so that scale plays no part.

    Shares are smoothed by half a candle per bin (Jeffreys), so that an empty bin is not infinite.
    """
    edges = np.quantile(before, np.linspace(0, 1, _BINS + 1)[1:-1])
    old, new = (_shares(values, edges) for values in (before, after))
    return float(np.sum((new - old) * np.log(new / old)))


def _shares(values: Floats, edges: Floats) -> Floats:
    counts = np.bincount(np.searchsorted(edges, values, side="right"), minlength=_BINS)
    return np.asarray((counts + 0.5) / (len(values) + 0.5 * _BINS))


def indices(matrix: Floats, window: int) -> Floats:
    """(pairs, features): the index of every two adjacent windows, a quarter of a window apart, newest last.

    NaN for a feature that is not there in both windows of a pair.
    """
    step = window // _STEPS
    ends = sorted(range(len(matrix), 2 * window - 1, -step))
    return np.array(
        [
            [
                _between(column[end - 2 * window : end - window], column[end - window : end])
                for column in matrix.T
            ]
            for end in ends
        ]
    ).reshape(len(ends), matrix.shape[1])


def _between(before: Floats, after: Floats) -> float:
    before, after = before[np.isfinite(before)], after[np.isfinite(after)]
    return psi(before, after) if len(before) and len(after) else float("nan")


def drift(pairs: Floats) -> Drift | None:
    """Hold the newest pair of `indices` against those that do not reach into its newer window.

    None while that history is shorter than twelve windows.
    """
    history, newest = pairs[:-_STEPS], pairs[-1] if len(pairs) else np.empty(0)
    if len(history) < (_FEWEST_WINDOWS - 2) * _STEPS + 1:
        return None
    # A feature that never moves (the volume of a market without trades) has no scale to be held to.
    whole = np.isfinite(history).all(axis=0) & np.isfinite(newest) & (np.median(history, axis=0) > 0)
    limit = np.full(len(newest), np.nan)
    limit[whole] = np.quantile(history[:, whole], _LIMIT, axis=0)
    if not whole.any():
        return None
    typical = np.median(history[:, whole], axis=0)
    largest = (history[:, whole] / typical).max(axis=1)
    return Drift(newest, limit, float((newest[whole] / typical).max()), float(np.quantile(largest, _LIMIT)))
