"""The metrics of a stretch of a walk-forward, as cards and run documents keep them.

`scores` (figures of the model), `baselines` (the same of base rate and persistence), `triple_barrier`,
`net`, `delayed`, `naive`, `buy_and_hold` and `always_flat` (performance of the decisions, of the same one bar
later, of buying whenever p > 0.5, of two that never decide), `shifts` and `shift_p`, `sharpe_per_bar`,
`from`, `to`, `bars`, `years`.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from market.features import FEATURES
from market.labels import triple_barrier
from market.outcome import Floats
from model_service.backtest import Wanted, bars_per_year, equity, performance, sharpe, shifted
from model_service.evaluate import Forecast, auc, classification, figures
from model_service.matrix import History
from model_service.scores import Scores
from model_service.spec import Spec
from model_service.validation.baselines import base_rate, base_rate_forecast, persistence_forecast
from model_service.validation.bootstrap import BLOCK, Blocks, auc_draws, interval
from model_service.validation.purge import uniqueness

_SIDES: Final = {"stop": -1.0, "end_of_time": 0.0, "target": 1.0}


def judged(known: History, rows: slice, scores: Scores, wanted: Wanted, spec: Spec) -> dict[str, object]:
    """Metrics over the bars `rows`; `scores` and `wanted` have one element per bar of `rows`.

    Labels that read a bar after `rows` are left out.
    """
    gain = _gain_within(known, rows)
    momentum = known.matrix[rows, FEATURES.index("return_1")]
    return {
        "from": int(known.open_times[rows.start]),
        "to": int(known.open_times[rows.stop - 1]),
        "bars": rows.stop - rows.start,
        "years": (rows.stop - rows.start) / bars_per_year(spec.interval),
        "scores": classification(scores, gain, base_rate(known)[rows], momentum)
        | {"effective_n": _effective(scores, gain, spec.horizon)},
        "baselines": _baselines(known, rows, scores, gain),
        "triple_barrier": _barriers(known, rows, scores, spec),
        **_earned(known.opens[rows], known.closes[rows], scores, wanted, spec),
    }


def _gain_within(known: History, rows: slice) -> Floats:
    inside = known.labels.last_bar[rows] <= known.open_times[rows.stop - 1]
    return np.where(inside, known.labels.gain[rows], np.nan)


def _effective(scores: Scores, gain: Floats, horizon: int) -> float:
    entry = np.flatnonzero(scores.known & np.isfinite(gain)) + 1
    return round(float(uniqueness(entry, entry + horizon - 1).sum()), 1)


def _baselines(known: History, rows: slice, scores: Scores, gain: Floats) -> dict[str, object]:
    rate = base_rate(known)[rows]
    at = scores.known & np.isfinite(gain) & np.isfinite(rate)
    if int(at.sum()) < BLOCK:
        return {}
    named = {"base_rate": base_rate_forecast(known), "persistence": persistence_forecast(known)}
    return {
        name: figures(Forecast(*(vector[rows][at] for vector in said)), gain[at], rate[at])
        for name, said in named.items()
    }


def _barriers(known: History, rows: slice, scores: Scores, spec: Spec) -> dict[str, object]:
    prices = np.column_stack([known.opens[rows], known.highs[rows], known.lows[rows]])
    met = triple_barrier(known.open_times[rows], prices, spec.interval, known.sigma[rows])
    at = scores.known & np.isfinite(met.side)
    if int(at.sum()) < BLOCK:
        return {"n": int(at.sum())}
    p, target = scores.probability[at], (met.side[at] > 0).astype(np.float64)
    low, high = interval(auc_draws(p, target, Blocks(len(p))))
    entry = np.flatnonzero(at) + 1
    alive = uniqueness(entry, entry + met.bars[at].astype(np.int64) - 1)
    shares = {name: float(np.mean(met.side[at] == side)) for name, side in _SIDES.items()}
    return {
        "n": len(p),
        "effective_n": round(float(alive.sum()), 1),
        **shares,
        "mean_bars": float(met.bars[at].mean()),
        "auc": auc(p, target),
        "auc_low": low,
        "auc_high": high,
    }


def _earned(opens: Floats, closes: Floats, scores: Scores, wanted: Wanted, spec: Spec) -> dict[str, object]:
    def earned(positions: Wanted) -> dict[str, float]:
        return performance(equity(opens, closes, positions, spec.costs), positions, spec.interval)

    shifts = shifted(opens, closes, wanted, spec.costs, seed=spec.seed)
    return {
        "net": earned(wanted),
        "delayed": earned(np.r_[False, wanted[:-1]]),
        "naive": earned(scores.probability > 0.5),
        "buy_and_hold": earned(np.ones_like(wanted)),
        "always_flat": earned(np.zeros_like(wanted)),
        "shifts": shifts,
        "shift_p": shifts["p"],
        "sharpe_per_bar": sharpe(equity(opens, closes, wanted, spec.costs).returns),
    }
