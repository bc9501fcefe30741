"""Regression trees as plain arrays: walked for many rows at once, explained, and kept as JSON numbers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from market.outcome import Floats

_ROWS_AT_ONCE: Final = 4_096
_Places = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Forest:
    """Nodes of all trees, one after the other; a leaf leads to itself.

    A row goes to `left` where its `feature` is at most `threshold`, or is NaN and `missing_left` is set.
    `value` of a leaf is what it adds; of an inner node the mean over the `count` training rows below it.
    `base` is the score before any tree, `roots` where each tree begins, `depth` the longest path.
    """

    base: float
    depth: int
    roots: _Places
    feature: _Places
    threshold: Floats
    missing_left: npt.NDArray[np.bool_]
    left: _Places
    right: _Places
    value: Floats
    count: _Places

    def predict(self, matrix: Floats) -> Floats:
        """Sum of base and leaves for each row of (candles, features); features may be NaN."""
        return np.concatenate([self.base + self._leaves(part) for part in _parts(matrix)])

    def contributions(self, matrix: Floats) -> tuple[Floats, Floats]:
        """What each feature adds on the way down, (candles, features), and the base of every row.

        Path attribution (Saabas, 2014): a step from a node to its child belongs to the feature that was
        asked there and is worth the difference of their means. Unlike Shapley values it credits a feature
        only where it was asked; like them it adds up to the prediction.
        """
        start = self.base + float(self.value[self.roots].sum())
        walked = np.concatenate([self._credits(part) for part in _parts(matrix)])
        return walked, np.full(len(matrix), start)

    def to_json(self) -> dict[str, Any]:
        """Numbers and lists of numbers; floats survive exactly."""
        given = {each.name: getattr(self, each.name) for each in fields(self)}
        return {key: v.tolist() if isinstance(v, np.ndarray) else v for key, v in given.items()}

    def _leaves(self, matrix: Floats) -> Floats:
        at = self._start(matrix)
        for _ in range(self.depth):
            at = self._step(matrix, at)
        return np.asarray(self.value[at].sum(axis=1))

    def _credits(self, matrix: Floats) -> Floats:
        rows, width = matrix.shape
        at, found = self._start(matrix), np.zeros(rows * width)
        first = np.arange(rows)[:, None] * width
        for _ in range(self.depth):
            below = self._step(matrix, at)
            worth = self.value[below] - self.value[at]
            found += np.bincount((first + self.feature[at]).ravel(), worth.ravel(), rows * width)
            at = below
        return found.reshape(rows, width)

    def _start(self, matrix: Floats) -> _Places:
        return np.broadcast_to(self.roots, (len(matrix), len(self.roots)))

    def _step(self, matrix: Floats, at: _Places) -> _Places:
        seen = np.take_along_axis(matrix, self.feature[at], axis=1)
        goes_left = np.where(np.isnan(seen), self.missing_left[at], seen <= self.threshold[at])
        return np.where(goes_left, self.left[at], self.right[at])


def forest(base: float, trees: Sequence[npt.NDArray[Any]]) -> Forest:
    """Join the node arrays of scikit-learn's `TreePredictor.nodes`; numbers only, no categories."""
    starts = np.cumsum([0, *(len(tree) for tree in trees)])[:-1]
    nodes = np.concatenate(trees)
    offset = np.repeat(starts, [len(tree) for tree in trees])
    leaf, itself = nodes["is_leaf"].astype(bool), np.arange(len(nodes))
    left = np.where(leaf, itself, nodes["left"] + offset)
    right = np.where(leaf, itself, nodes["right"] + offset)
    # A split between known and missing has an infinite threshold, which JSON cannot hold.
    threshold = np.nan_to_num(nodes["num_threshold"].astype(np.float64), posinf=np.finfo(np.float64).max)
    count = nodes["count"].astype(np.int64)
    return Forest(
        float(base),
        int(nodes["depth"].max()),
        starts.astype(np.int64),
        np.where(leaf, 0, nodes["feature_idx"]).astype(np.int64),
        np.where(leaf, 0.0, threshold),
        nodes["missing_go_to_left"].astype(bool),
        left.astype(np.int64),
        right.astype(np.int64),
        _means(nodes["value"].astype(np.float64), left, right, count, nodes["depth"], leaf),
        count,
    )


def from_json(content: Mapping[str, Any]) -> Forest:
    """What `Forest.to_json` gave."""
    kinds = {"threshold": np.float64, "value": np.float64, "missing_left": np.bool_}
    arrays = {
        key: np.array(given, dtype=kinds.get(key, np.int64)) if isinstance(given, list) else given
        for key, given in content.items()
    }
    return Forest(**arrays)


def _means(
    value: Floats,
    left: _Places,
    right: _Places,
    count: _Places,
    depth: npt.NDArray[Any],
    leaf: npt.NDArray[np.bool_],
) -> Floats:
    # The library scales leaves after fitting and leaves inner nodes as they were: take them from below.
    for level in range(int(depth.max()), -1, -1):
        at = np.flatnonzero((depth == level) & ~leaf)
        lower, upper = count[left[at]], count[right[at]]
        value[at] = (value[left[at]] * lower + value[right[at]] * upper) / (lower + upper)
    return value


def _parts(matrix: Floats) -> list[Floats]:
    return [matrix[i : i + _ROWS_AT_ONCE] for i in range(0, max(1, len(matrix)), _ROWS_AT_ONCE)]
