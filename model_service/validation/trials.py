"""Counting what was tried: a deflated Sharpe ratio has to know how many configurations there were."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict, replace

import numpy as np

from market.interval import Series
from market.ports import DecisionStore
from model_service.feature_code import feature_code_hash
from model_service.spec import Spec
from model_service.validation.choice import Tried
from model_service.walkforward import WalkForward


def fingerprint(spec: Spec) -> str:
    """Identity of a configuration: its settings and the code of the features."""
    settings = {**asdict(spec), "interval": str(spec.interval), "features": feature_code_hash()}
    return hashlib.sha256(json.dumps(settings, sort_keys=True).encode()).hexdigest()


def record_trials(store: DecisionStore, series: Series, walk: WalkForward, now: int) -> list[float]:
    """Count every configuration that a walk-forward tried; the Sharpe ratios of all but its own."""
    if walk.choice:
        count(store, series, walk.spec, walk.choice.tried, now)
    own = float(np.asarray(walk.metrics["sharpe_per_bar"]))
    return store.record_trial(series, fingerprint(walk.spec), own, now)


def count(store: DecisionStore, series: Series, spec: Spec, tried: Sequence[Tried], now: int) -> None:
    """Count every set of parameters tried for a configuration."""
    for each in tried:
        name = fingerprint(replace(spec, parameters=each.name))
        store.record_trial(series, name, each.sharpe_per_bar, now)
