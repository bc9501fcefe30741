"""The model card: everything needed to judge a model and to make it again."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from importlib.metadata import version
from typing import Any, Final

import numpy as np

from market.features import WARMUP
from model_service.backtest import deflated_sharpe
from model_service.feature_code import feature_code_hash
from model_service.policy import MARGIN, STOP_BARS, STOP_SIGMAS
from model_service.trained import TrainedModel
from model_service.validation.opened import CARD_ENTRY
from model_service.verdict import verdict
from model_service.walkforward import WalkForward

_LIBRARIES: Final = ("lightgbm", "numpy", "pandas", "scikit-learn", "scipy")
# The settings in use were chosen among about this many that were measured on recorded markets before.
PRIOR_TRIALS: Final = 40


def card(walk: WalkForward, model: TrainedModel, trials: Sequence[float] = ()) -> dict[str, Any]:
    """JSON-able card of the final model and the walk-forward that stands behind it.

    `trials` are per-bar Sharpe ratios (`metrics["sharpe_per_bar"]`) of the other configurations tried on
    this series; `PRIOR_TRIALS` more are always counted.
    """
    metrics = judged(walk, trials)
    word = verdict(metrics, metrics["deflated_sharpe"])
    content = {
        "verdict": word.word,
        "reasons": list(word.reasons),
        "gates": word.listed,
        "metrics": metrics,
        "folds": [fold._asdict() for fold in walk.folds],
        "data": {
            "sha256": walk.data_hash,
            "scored_from": int(walk.open_times[0]),
            "scored_to": int(walk.open_times[-1]),
            "effective_n": metrics["scores"]["effective_n"],
        },
        CARD_ENTRY: closed(walk),
        "choice": walk.choice.listed if walk.choice else None,
        "spec": {**asdict(model.spec), "interval": str(model.spec.interval)},
        "label": "sign and size of open[t+1+H] / open[t+1] - 1; H + 1 bars purged before every block",
        "thresholds": {
            "p_min": model.p_min,
            "expected_gain_above": model.spec.costs.round_trip + MARGIN,
            "stop_sigmas": STOP_SIGMAS,
            "stop_bars": STOP_BARS,
        },
        "calibration": asdict(model.calibration),
        "features": {
            "names": list(model.spec.columns),
            "warmup_bars": WARMUP,
            "code_sha256": feature_code_hash(),
        },
        "libraries": {name: version(name) for name in _LIBRARIES},
    }
    return {key: plain(value) for key, value in content.items()}


def judged(walk: WalkForward, trials: Sequence[float]) -> dict[str, Any]:
    """The walk-forward's metrics, its Sharpe ratio also held against the luck of the best of all trials."""
    tried = PRIOR_TRIALS + len(trials)
    own = float(np.asarray(walk.metrics["sharpe_per_bar"]))
    deflated = deflated_sharpe(walk.judged_returns, np.array([*trials, own]), tried)
    return {**walk.metrics, "deflated_sharpe": deflated, "trials": tried}


def closed(walk: WalkForward) -> dict[str, Any]:
    """What a card says of the untouched period while no release has opened it."""
    start, end = int(walk.open_times[walk.untouched]), int(walk.open_times[-1])
    return {"state": "closed", "from": start, "to": end, "bars": walk.untouched_bars}


def plain(value: Any) -> Any:
    """The same value with null where a number is not finite, as JSON wants it."""
    if isinstance(value, Mapping):
        return {str(key): plain(each) for key, each in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(each) for each in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value
