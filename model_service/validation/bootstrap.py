"""How uncertain a figure is when candles that follow one another are alike: whole weeks are drawn again.

Every figure is made of sums over blocks, so that a draw is a matrix product and no candle is touched again.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from market.outcome import Floats

# A week of hours. Shorter candles have blocks of as many candles, not of as much time.
BLOCK: Final = 168
DRAWS: Final = 1_000
_PARTS: Final = 10


class Blocks:
    """Blocks of 168 consecutive candles, drawn 1,000 times with replacement."""

    def __init__(self, rows: int, seed: int = 7) -> None:
        self.starts = np.arange(0, rows, BLOCK)
        count = len(self.starts)
        picked = np.random.default_rng(seed).integers(0, count, (DRAWS, count))
        flat = picked + count * np.arange(DRAWS)[:, None]
        self.times = np.bincount(flat.ravel(), minlength=DRAWS * count).reshape(DRAWS, count).astype(float)

    def drawn(self, *values: Floats) -> list[Floats]:
        """Of each vector over the candles, its sum in every draw."""
        return [self.times @ np.add.reduceat(each, self.starts) for each in values]

    def mean(self, values: Floats) -> Floats:
        """The mean of every draw."""
        total, count = self.drawn(values, np.ones(len(values)))
        return total / count

    def split(self, values: Floats) -> list[Floats]:
        """The values block by block."""
        return np.split(values, self.starts[1:])


def interval(draws: Floats) -> tuple[float, float]:
    """The middle 95 % of the draws; NaN when most of them have no value."""
    known = draws[np.isfinite(draws)]
    if 2 * len(known) < len(draws):
        return float("nan"), float("nan")
    low, high = np.quantile(known, [0.025, 0.975])
    return float(low), float(high)


def auc_draws(p: Floats, up: Floats, blocks: Blocks) -> Floats:
    """Area under the ROC curve of every draw, exactly: pairs won between every two blocks, weighted."""
    scores, rises = blocks.split(p), [each > 0.5 for each in blocks.split(up)]
    falling = [np.sort(each[~rose]) for each, rose in zip(scores, rises, strict=True)]
    rising = [each[rose] for each, rose in zip(scores, rises, strict=True)]
    starts = np.cumsum([0, *(len(each) for each in rising)])
    every = np.concatenate(rising)
    won = np.empty((len(falling), len(rising)))
    for i, low in enumerate(falling):
        beaten = (np.searchsorted(low, every, "left") + np.searchsorted(low, every, "right")) / 2
        total = np.r_[0.0, np.cumsum(beaten)]
        won[i] = total[starts[1:]] - total[starts[:-1]]
    pairs = np.outer([len(each) for each in falling], [len(each) for each in rising])
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray(_quadratic(blocks.times, won) / _quadratic(blocks.times, pairs))


def slope_draws(log_odds: Floats, up: Floats, slope: float, shift: float, blocks: Blocks) -> Floats:
    """Calibration slope of every draw, one Newton step away from the fit to all candles."""
    p = 1 / (1 + np.exp(-(slope * log_odds + shift)))
    miss, weight = up - p, p * (1 - p)
    g0, g1, h00, h01, h11 = blocks.drawn(
        miss, miss * log_odds, weight, weight * log_odds, weight * log_odds**2
    )
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray(slope + (h00 * g1 - h01 * g0) / (h00 * h11 - h01**2))


def matthews(hit_up: Floats, false_up: Floats, missed_up: Floats, hit_down: Floats) -> Floats:
    """Matthews correlation of counts: 0 is chance, 1 is perfect."""
    said, was = hit_up + false_up, hit_up + missed_up
    not_said, was_not = missed_up + hit_down, false_up + hit_down
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray(
            (hit_up * hit_down - false_up * missed_up) / np.sqrt(said * was * not_said * was_not)
        )


def decile_draws(order: Floats, values: Floats, blocks: Blocks) -> Floats:
    """Mean of the values in each tenth of the candles ordered by `order`: (draws, 10)."""
    place = np.empty(len(order), dtype=int)
    for part, rows in enumerate(np.array_split(np.argsort(order, kind="stable"), _PARTS)):
        place[rows] = part
    means = []
    for part in range(_PARTS):
        total, count = blocks.drawn(np.where(place == part, values, 0.0), (place == part).astype(float))
        with np.errstate(invalid="ignore", divide="ignore"):
            means.append(total / count)
    return np.stack(means, axis=1)


def _quadratic(weights: Floats, matrix: Floats) -> Floats:
    return np.asarray(((weights @ matrix) * weights).sum(axis=1))
