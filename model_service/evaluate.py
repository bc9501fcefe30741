"""How good the scores are, beside what needs no model at all."""

from __future__ import annotations

from typing import Final

import numpy as np
from scipy.stats import rankdata, spearmanr
from sklearn.linear_model import LogisticRegression

from market.outcome import Floats, Times
from model_service.scores import Scores

_BLOCK: Final = 168
_DRAWS: Final = 1_000
_DECILES: Final = 10


def classification(scores: Scores, gain: Floats, base_rate: Floats, momentum: Floats) -> dict[str, object]:
    """Scores of candles with a known outcome against `gain`, the gross return that followed.

    `base_rate` is the share of rises known before each candle and `momentum` its last move: the sign of
    either is a forecast without a model.
    """
    rows = scores.known & np.isfinite(gain) & np.isfinite(base_rate)
    p, up = scores.probability[rows], (gain[rows] > 0).astype(np.float64)
    if len(p) < _BLOCK:
        return {"n": len(p)}
    hits = ((p > 0.5) == (up > 0.5)).astype(np.float64)
    brier, brier_base = float(np.mean((p - up) ** 2)), float(np.mean((base_rate[rows] - up) ** 2))
    low, high = bootstrap_interval(hits)
    inside = (scores.gain_low[rows] <= gain[rows]) & (gain[rows] <= scores.gain_high[rows])
    return {
        "n": len(p),
        "accuracy": float(hits.mean()),
        "accuracy_low": low,
        "accuracy_high": high,
        "base_rate_accuracy": float(np.mean((base_rate[rows] > 0.5) == (up > 0.5))),
        "persistence_accuracy": float(np.mean((momentum[rows] > 0) == (up > 0.5))),
        "auc": auc(p, up),
        "brier": brier,
        "brier_base_rate": brier_base,
        "brier_skill": 1 - brier / brier_base,
        "calibration_slope": calibration_slope(p, up),
        "interval_coverage": float(inside.mean()),
        "gain_by_decile": gain_by_decile(scores.expected_gain[rows], gain[rows]),
        "gain_rank_correlation": _rank_correlation(scores.expected_gain[rows], gain[rows]),
    }


def auc(p: Floats, up: Floats) -> float:
    """Chance that a candle before a rise was scored above one before a fall; NaN where only one happened."""
    rises = float(up.sum())
    falls = len(up) - rises
    if rises == 0 or falls == 0:
        return float("nan")
    return float((rankdata(p)[up > 0.5].sum() - rises * (rises + 1) / 2) / (rises * falls))


def calibration_slope(p: Floats, up: Floats) -> float:
    """Slope of the outcome over the log-odds of the forecast: 1 is calibrated, below 1 overconfident."""
    if len(np.unique(up)) < 2:
        return float("nan")
    clipped = np.clip(p, 1e-6, 1 - 1e-6)
    log_odds = np.log(clipped / (1 - clipped))
    return float(LogisticRegression(C=1e6).fit(log_odds[:, None], up).coef_[0, 0])


def bootstrap_interval(hits: Floats, seed: int = 7) -> tuple[float, float]:
    """95 % interval of a mean, drawing whole blocks of 168 candles (a week of hours) with replacement."""
    starts = np.arange(0, len(hits), _BLOCK)
    sums, sizes = np.add.reduceat(hits, starts), np.diff(np.r_[starts, len(hits)])
    picked = np.random.default_rng(seed).integers(0, len(starts), (_DRAWS, len(starts)))
    means = sums[picked].sum(axis=1) / sizes[picked].sum(axis=1)
    low, high = np.quantile(means, [0.025, 0.975])
    return float(low), float(high)


def gain_by_decile(expected: Floats, gain: Floats) -> list[float]:
    """Mean gain that followed, from the tenth of candles with the lowest expectation to the highest."""
    order = np.argsort(expected, kind="stable")
    return [float(gain[part].mean()) for part in np.array_split(order, _DECILES)]


def expanding_base_rate(gain: Floats, last_bar: Times, open_times: Times) -> Floats:
    """Share of rises among the labels complete before each bar opened; NaN before the first."""
    known = np.isfinite(gain)
    rises, counts = np.cumsum(known & (gain > 0)), np.cumsum(known)
    at = np.searchsorted(last_bar, open_times, side="left") - 1
    with np.errstate(invalid="ignore", divide="ignore"):
        rate = rises[np.maximum(at, 0)] / counts[np.maximum(at, 0)]
    return np.where(at >= 0, rate, np.nan)


def _rank_correlation(expected: Floats, gain: Floats) -> float:
    deciles = gain_by_decile(expected, gain)
    return float(spearmanr(np.arange(_DECILES), deciles).statistic)
