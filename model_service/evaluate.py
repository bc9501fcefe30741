"""How good the scores are, beside what needs no model at all."""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt
from scipy.stats import rankdata, spearmanr
from sklearn.linear_model import LogisticRegression

from market.outcome import Floats, Times
from model_service.scores import Scores
from model_service.validation.bootstrap import (
    BLOCK,
    Blocks,
    auc_draws,
    decile_draws,
    interval,
    matthews,
    slope_draws,
)

_DECILES: Final = 10
_SMALLEST_RANGE: Final = 1e-9
Rows = npt.NDArray[np.bool_]


class Forecast(NamedTuple):
    """What is said of each candle: chance of a rise, gain to order candles by, ends of the 80 % interval."""

    probability: Floats
    expected_gain: Floats
    gain_low: Floats
    gain_high: Floats


def classification(scores: Scores, gain: Floats, base_rate: Floats, momentum: Floats) -> dict[str, object]:
    """Scores of candles with a known outcome against `gain`, the gross return that followed.

    `base_rate` is the share of rises known before each candle and `momentum` its last move: the sign of
    either is a forecast without a model.
    """
    rows = scores.known & np.isfinite(gain) & np.isfinite(base_rate)
    if int(rows.sum()) < BLOCK:
        return {"n": int(rows.sum())}
    up = gain[rows] > 0
    said = Forecast(scores.probability, scores.expected_gain, scores.gain_low, scores.gain_high)
    kept = Forecast(*(vector[rows] for vector in said))
    return {
        "n": int(rows.sum()),
        "base_rate_accuracy": float(np.mean((base_rate[rows] > 0.5) == up)),
        "persistence_accuracy": float(np.mean((momentum[rows] > 0) == up)),
        "reliability": reliability(kept.probability, up.astype(np.float64)),
        **_explained(kept.expected_gain, gain[rows]),
        **figures(kept, gain[rows], base_rate[rows]),
    }


def figures(forecast: Forecast, gain: Floats, base_rate: Floats) -> dict[str, object]:
    """Every figure of a forecast `x` with its 95 % interval `x_low`, `x_high` from blocks of 168 candles.

    `gain_by_decile` runs from the tenth with the lowest expectation to the highest.
    """
    p, up = forecast.probability, (gain > 0).astype(np.float64)
    blocks = Blocks(len(p))
    inside = ((forecast.gain_low <= gain) & (gain <= forecast.gain_high)).astype(np.float64)
    hits = ((p > 0.5) == (up > 0.5)).astype(np.float64)
    deciles = decile_draws(forecast.expected_gain, gain, blocks)
    ends = [interval(each) for each in deciles.T]
    return {
        **_bounded("accuracy", float(hits.mean()), blocks.mean(hits)),
        **_bounded("auc", auc(p, up), auc_draws(p, up, blocks)),
        **_correlation(p > 0.5, up > 0.5, blocks),
        **_brier(p, up, base_rate, blocks),
        **_calibration(p, up, blocks),
        **_bounded("interval_coverage", float(inside.mean()), blocks.mean(inside)),
        "gain_by_decile": gain_by_decile(forecast.expected_gain, gain),
        "gain_by_decile_low": [low for low, _ in ends],
        "gain_by_decile_high": [high for _, high in ends],
        "gain_rank_correlation": _rank_correlation(forecast.expected_gain, gain),
    }


def _explained(expected: Floats, gain: Floats) -> dict[str, float]:
    """Share of the squared returns that is foreseen; the price of now as forecast has 0."""
    missed, moved = (gain - expected) ** 2, gain**2
    drawn, drawn_moved = Blocks(len(gain)).drawn(missed, moved)
    return _bounded("return_r2", 1 - float(missed.sum() / moved.sum()), 1 - drawn / drawn_moved)


def _bounded(name: str, value: float, draws: Floats) -> dict[str, float]:
    low, high = interval(draws)
    return {name: value, f"{name}_low": low, f"{name}_high": high}


def _correlation(said: Rows, was: Rows, blocks: Blocks) -> dict[str, float]:
    cells = [(a & b).astype(np.float64) for a, b in ((said, was), (said, ~was), (~said, was), (~said, ~was))]
    value = float(matthews(*(np.asarray(cell.sum()) for cell in cells)))
    return _bounded("mcc", value, matthews(*blocks.drawn(*cells)))


def _brier(p: Floats, up: Floats, base_rate: Floats, blocks: Blocks) -> dict[str, float]:
    ours, base = (p - up) ** 2, (base_rate - up) ** 2
    drawn, drawn_base = blocks.drawn(ours, base)
    skill = 1 - float(ours.mean()) / float(base.mean())
    return {
        "brier": float(ours.mean()),
        "brier_base_rate": float(base.mean()),
        **_bounded("brier_skill", skill, 1 - drawn / drawn_base),
    }


def _calibration(p: Floats, up: Floats, blocks: Blocks) -> dict[str, float]:
    log_odds = _log_odds(p)
    slope, shift = _sigmoid(log_odds, up)
    draws = slope_draws(log_odds, up, slope, shift, blocks)
    return {"ece": calibration_error(p, up), **_bounded("calibration_slope", slope, draws)}


def auc(p: Floats, up: Floats) -> float:
    """Chance that a candle before a rise was scored above one before a fall; NaN where only one happened."""
    rises = float(up.sum())
    falls = len(up) - rises
    if rises == 0 or falls == 0:
        return float("nan")
    return float((rankdata(p)[up > 0.5].sum() - rises * (rises + 1) / 2) / (rises * falls))


def calibration_slope(p: Floats, up: Floats) -> float:
    """Slope of the outcome over the log-odds of the forecast: 1 is calibrated, below 1 overconfident."""
    return _sigmoid(_log_odds(p), up)[0]


def calibration_error(p: Floats, up: Floats) -> float:
    """Expected calibration error over ten bins of equally many candles: mean distance of said and seen."""
    parts = np.array_split(np.argsort(p, kind="stable"), _DECILES)
    return float(sum(abs(p[part].mean() - up[part].mean()) * len(part) for part in parts) / len(p))


def reliability(p: Floats, up: Floats) -> list[dict[str, float]]:
    """Ten bins of equally many candles, lowest forecast first, for a reliability diagram.

    `low` to `high` are the forecasts of a bin, `predicted` their mean; `observed` is the share of its `n`
    candles that a rise followed, `observed_low` and `observed_high` the ends of its 95 % interval.
    """
    parts = np.array_split(np.argsort(p, kind="stable"), _DECILES)
    ends = [interval(draws) for draws in decile_draws(p, up, Blocks(len(p))).T]
    return [
        {
            "low": float(p[part].min()),
            "high": float(p[part].max()),
            "predicted": float(p[part].mean()),
            "observed": float(up[part].mean()),
            "observed_low": low,
            "observed_high": high,
            "n": len(part),
        }
        for part, (low, high) in zip(parts, ends, strict=True)
    ]


def _log_odds(p: Floats) -> Floats:
    clipped = np.clip(p, 1e-6, 1 - 1e-6)
    return np.asarray(np.log(clipped / (1 - clipped)))


def _sigmoid(log_odds: Floats, up: Floats) -> tuple[float, float]:
    if len(np.unique(up)) < 2 or np.ptp(log_odds) < _SMALLEST_RANGE:
        return float("nan"), float("nan")
    fitted = LogisticRegression(C=1e6).fit(log_odds[:, None], up)
    return float(fitted.coef_[0, 0]), float(fitted.intercept_[0])


def bootstrap_interval(hits: Floats, seed: int = 7) -> tuple[float, float]:
    """95 % interval of a mean, drawing whole blocks of 168 candles (a week of hours) with replacement."""
    return interval(Blocks(len(hits), seed).mean(hits))


def gain_by_decile(expected: Floats, gain: Floats) -> list[float]:
    """Mean gain that followed, from the tenth of candles with the lowest expectation to the highest."""
    order = np.argsort(expected, kind="stable")
    return [float(gain[part].mean()) for part in np.array_split(order, _DECILES)]


def expanding_base_rate(gain: Floats, last_bar: Times, open_times: Times) -> Floats:
    """Share of rises among the labels complete before each bar opened; NaN before the first."""
    return expanding_share(np.where(np.isfinite(gain), gain > 0, np.nan), last_bar, open_times)


def expanding_share(holds: Floats, last_bar: Times, open_times: Times) -> Floats:
    """Share of 1.0 in `holds` (1.0, 0.0 or NaN) among the labels complete before each bar opened."""
    known = np.isfinite(holds)
    found, counts = np.cumsum(known & (holds > 0)), np.cumsum(known)
    at = np.searchsorted(last_bar, open_times, side="left") - 1
    with np.errstate(invalid="ignore", divide="ignore"):
        rate = found[np.maximum(at, 0)] / counts[np.maximum(at, 0)]
    return np.where(at >= 0, rate, np.nan)


def _rank_correlation(expected: Floats, gain: Floats) -> float:
    deciles = gain_by_decile(expected, gain)
    return float(spearmanr(np.arange(_DECILES), deciles).statistic)
