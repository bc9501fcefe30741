"""Splits whose training labels share no bar with a test label, however long each label lives.

A label is a closed interval `[start, end]` of bar numbers or open times: from the candle it belongs to, to
the newest bar it has read. Lopez de Prado, Advances in Financial Machine Learning (2018), chapters 7 and 12.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations
from typing import Final

import numpy as np

from market.outcome import Floats, Times

GROUPS: Final = 6
TESTED: Final = 2
Split = tuple[Times, Times]


def purged(train: Times, test: Times, start: Times, end: Times) -> Times:
    """The rows of `train` whose interval meets no interval of `test`.

    Of the test intervals, those that began by the end of a label and are not over before its start meet it;
    what is over has begun, so two counts and their difference say whether there is any.
    """
    begun = np.searchsorted(np.sort(start[test]), end[train], side="right")
    over = np.searchsorted(np.sort(end[test]), start[train], side="left")
    return np.asarray(train[begun == over])


def expanding(first: int, step: int, start: Times, end: Times) -> Iterator[Split]:
    """Test blocks of `step` rows from row `first` on; each trains on the purged rows before it."""
    for begin in range(first, len(start), step):
        test = np.arange(begin, min(begin + step, len(start)))
        yield purged(np.arange(begin), test, start, end), test


def combinatorial(start: Times, end: Times, groups: int = GROUPS, tested: int = TESTED) -> Iterator[Split]:
    """Every choice of `tested` among `groups` consecutive parts as test, the purged rest as training.

    6 and 2 give 15 splits; every row is tested in 5 of them.
    """
    parts = np.array_split(np.arange(len(start)), groups)
    for chosen in combinations(range(groups), tested):
        test = np.concatenate([parts[i] for i in chosen])
        rest = np.concatenate([parts[i] for i in range(groups) if i not in chosen])
        yield purged(rest, test, start, end), test


def uniqueness(start: Times, end: Times) -> Floats:
    """Mean share of each bar of a label that is its own, the labels' intervals being bar numbers.

    Their sum is the effective number of labels: 24 labels over the same 24 bars count like one.
    """
    if not len(start):
        return np.empty(0)
    origin, bars = int(start.min()), int(end.max() - start.min()) + 1
    steps = np.bincount(start - origin, minlength=bars + 1) - np.bincount(
        end - origin + 1, minlength=bars + 1
    )
    alive = np.cumsum(steps[:bars])
    share = np.r_[0.0, np.cumsum(1 / np.maximum(alive, 1))]
    return np.asarray((share[end - origin + 1] - share[start - origin]) / (end - start + 1))
