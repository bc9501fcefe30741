"""How likely the best of several configurations in the past is a loser in the future."""

from __future__ import annotations

from itertools import combinations
from typing import Final

import numpy as np
from scipy.stats import rankdata

from market.outcome import Floats

BLOCKS: Final = 10


def probability_of_overfitting(performance: Floats, blocks: int = BLOCKS) -> float:
    """PBO by combinatorially symmetric cross-validation (Bailey et al., 2017).

    `performance` is (bars, configurations), larger is better, such as returns. For every half of `blocks`
    consecutive blocks the best mean is sought; the answer is how often that configuration ranks no better
    than the middle in the other half. NaN with fewer than two configurations.
    """
    if performance.shape[1] < 2:
        return float("nan")
    parts = np.array_split(performance, blocks)
    sums, sizes = np.array([part.sum(axis=0) for part in parts]), np.array([len(part) for part in parts])
    lost = []
    for half in combinations(range(blocks), blocks // 2):
        inside = np.zeros(blocks, dtype=bool)
        inside[list(half)] = True
        best = int(np.argmax(sums[inside].sum(axis=0) / sizes[inside].sum()))
        outside = sums[~inside].sum(axis=0) / sizes[~inside].sum()
        relative = rankdata(outside)[best] / (len(outside) + 1)
        lost.append(relative <= 0.5)
    return float(np.mean(lost))
