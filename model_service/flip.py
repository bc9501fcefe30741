"""What it would have taken: the nearest change of one feature that makes a decision another one.

Works for every kind of model, because it only asks the model. All features are scanned at once over the
twentieths that they had in training; then the gap around the nearest changes is narrowed until it is
`TOLERANCE` of the feature's range in training. An island of other decisions that lies between two
twentieths may be missed; what is found is true.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from market.decision import Action, Flip
from market.outcome import Floats
from model_service.policy import EXAMPLES, Appeal, appeal
from model_service.scores import Score
from model_service.trained import LEVELS, TrainedModel

TOLERANCE: Final = 1e-6
_CUTS: Final = np.arange(1, 17) / 17
_Flags = npt.NDArray[np.bool_]


class _Gaps(NamedTuple):
    """Between `inner` and `outer` the action of a candle changes when only `feature` moves there."""

    feature: npt.NDArray[np.int64]
    inner: Floats
    outer: Floats

    def only(self, which: _Flags | npt.NDArray[np.int64]) -> _Gaps:
        return _Gaps(self.feature[which], self.inner[which], self.outer[which])


def nearest_flip(model: TrainedModel, row: Floats, ask: Callable[[Score], Action]) -> Flip | None:
    """The nearest flip of a candle with this row of features; None where no single feature has one.

    `ask` gives the action that follows from a score when everything else stays as it is.
    """
    actions = [ask(example) for example in EXAMPLES]
    if len(set(actions)) == 1:
        return None
    now = _appeal(model, row[None])[0]
    changes = np.array([action is not actions[now] for action in actions])
    gaps = _scan(model, row, changes)
    if not len(gaps.feature):
        return None
    while _wide(model, gaps):
        gaps = _nearest(model, row, _narrowed(model, row, changes, gaps))
    j, threshold = int(gaps.feature[0]), float(gaps.outer[0])
    moved = row.copy()
    moved[j] = threshold
    distance = abs(_rank(model, j, threshold) - _rank(model, j, float(row[j])))
    action = actions[_appeal(model, moved[None])[0]]
    return Flip(model.spec.columns[j], float(row[j]), threshold, action, round(distance, 6))


def _scan(model: TrainedModel, row: Floats, changes: _Flags) -> _Gaps:
    """Each feature's first twentieth above and below its value at which the action changes."""
    grid = model.quantiles
    levels, width = grid.shape
    rows = np.broadcast_to(row, (levels, width, width)).copy()
    rows[:, np.arange(width), np.arange(width)] = grid
    flips = changes[_appeal(model, rows.reshape(-1, width))].reshape(levels, width)
    flips &= np.isfinite(grid) & np.isfinite(row) & (grid[-1] > grid[0])
    above = _first(grid, row, flips & (grid > row))
    below = _first(grid[::-1], row, (flips & (grid < row))[::-1])
    return _nearest(
        model,
        row,
        _Gaps(
            np.concatenate([above.feature, below.feature]),
            np.concatenate([above.inner, below.inner]),
            np.concatenate([above.outer, below.outer]),
        ),
    )


def _first(grid: Floats, row: Floats, flips: _Flags) -> _Gaps:
    """Per feature the first flip going down the grid, and the last point before it that is none."""
    found = np.flatnonzero(flips.any(axis=0))
    at = flips.argmax(axis=0)[found]
    outer, before, value = grid[at, found], grid[np.maximum(at - 1, 0), found], row[found]
    between = (before - value) * (before - outer) < 0
    return _Gaps(found, np.where(between, before, value), outer)


def _narrowed(model: TrainedModel, row: Floats, changes: _Flags, gaps: _Gaps) -> _Gaps:
    """The same gaps, each a seventeenth as wide."""
    points = gaps.inner[:, None] + (gaps.outer - gaps.inner)[:, None] * _CUTS
    rows = np.broadcast_to(row, (*points.shape, len(row))).copy()
    rows[np.arange(len(points))[:, None], np.arange(points.shape[1]), gaps.feature[:, None]] = points
    flips = changes[_appeal(model, rows.reshape(-1, len(row)))].reshape(points.shape)
    edges = np.column_stack([gaps.inner, points, gaps.outer])
    first = np.column_stack([flips, np.ones(len(points), dtype=bool)]).argmax(axis=1)
    each = np.arange(len(points))
    return _Gaps(gaps.feature, edges[each, first], edges[each, first + 1])


def _nearest(model: TrainedModel, row: Floats, gaps: _Gaps) -> _Gaps:
    """Those gaps that may still hold the nearest change, by share of the training candles up to it."""
    if len(gaps.feature) <= 1:
        return gaps
    value = np.array([_rank(model, j, row[j]) for j in gaps.feature])
    inner, outer = (
        np.abs([_rank(model, j, v) for j, v in zip(gaps.feature, ends, strict=True)] - value)
        for ends in (gaps.inner, gaps.outer)
    )
    if _wide(model, gaps):
        return gaps.only(inner <= outer.min())
    return gaps.only(np.array([int(outer.argmin())]))


def _wide(model: TrainedModel, gaps: _Gaps) -> bool:
    span = (model.highest - model.lowest)[gaps.feature]
    # Floats are no finer than this, however narrow a feature was in training.
    finest = 1e-12 * np.maximum(np.abs(gaps.inner), np.abs(gaps.outer))
    return bool((np.abs(gaps.outer - gaps.inner) > np.maximum(TOLERANCE * span, finest)).any())


def _rank(model: TrainedModel, feature: int, value: float) -> float:
    """Share of the training candles whose feature lies below a value."""
    return float(np.interp(value, model.quantiles[:, feature], LEVELS))


def _appeal(model: TrainedModel, rows: Floats) -> npt.NDArray[np.int64]:
    gain = model.expected_gains(rows)
    # The probability matters only where the gain would be enough: that saves most of the work.
    probability = np.ones(len(rows))
    hopeful = appeal(gain, probability, model.spec.costs, model.p_min) == Appeal.WORTH_A_BUY
    if hopeful.any():
        probability[hopeful] = model.probabilities(rows[hopeful])
    return appeal(gain, probability, model.spec.costs, model.p_min)
