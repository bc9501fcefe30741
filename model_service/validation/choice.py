"""Choosing parameters on the first training part alone; they stay for the whole walk-forward.

Every declared set (`GRID` of the kind, and the fixed one) is fitted in each of 15 combinatorial purged splits
of the candles before the first test block. The fixed set is kept unless another is better by more than the
standard error of the difference. Every set tried is a trial that the deflated Sharpe ratio has to know of.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from typing import Any, Final

import numpy as np
import pandas as pd

from market.outcome import Floats
from model_service.backtest import equity, sharpe
from model_service.matrix import History
from model_service.models import FIXED, kind, parameters
from model_service.policy import MARGIN
from model_service.spec import Plan, Spec
from model_service.validation.overfitting import probability_of_overfitting
from model_service.validation.purge import combinatorial

CHOSEN: Final = "chosen"


@dataclass(frozen=True, slots=True)
class Tried:
    """A set of parameters: log-likelihood per candle above a coin's with its error, net Sharpe per bar."""

    name: str
    skill: float
    error: float
    sharpe_per_bar: float


@dataclass(frozen=True, slots=True)
class Choice:
    """What was chosen among what, on which candles (open times ms UTC), and how likely it is luck (PBO)."""

    name: str
    tried: tuple[Tried, ...]
    overfitting: float
    start: int
    end: int

    @property
    def listed(self) -> dict[str, Any]:
        """As a card shows it."""
        return asdict(self) | {"tried": [asdict(each) for each in self.tried]}


def settled(known: History, cuts: Plan, spec: Spec) -> tuple[Spec, Choice | None]:
    """The spec with the parameters to use; with `chosen` they are sought before the first test block."""
    if spec.parameters != CHOSEN:
        return spec, None
    choice = choose(known, next(cuts.blocks())[0], spec)
    return replace(spec, parameters=choice.name), choice


def choose(known: History, before: int, spec: Spec) -> Choice:
    """Try every declared set on the rows that may be known when row `before` is scored."""
    rows = known.training(before)
    names = [FIXED, *kind(spec.kind).GRID]
    found = [_out_of_sample(known, rows, spec, name) for name in names]
    skills = np.column_stack([skill for _, skill in found])
    splits = np.array([skills[test].mean(axis=0) for _, test in _splits(known, rows)])
    ahead = splits - splits[:, :1]
    errors = ahead.std(axis=0, ddof=1) / np.sqrt(len(splits))
    best = int(np.argmax(skills.mean(axis=0)))
    sure = ahead[:, best].mean() > errors[best]
    tried = [
        Tried(name, float(skill), float(error), _sharpe(known, rows, gain, spec))
        for name, skill, error, (gain, _) in zip(names, skills.mean(axis=0), errors, found, strict=True)
    ]
    return Choice(
        names[best] if sure else FIXED,
        tuple(tried),
        probability_of_overfitting(skills),
        int(known.open_times[rows[0]]),
        int(known.open_times[rows[-1]]),
    )


def _splits(known: History, rows: np.ndarray[tuple[int], np.dtype[np.int64]]) -> list[Any]:
    return list(combinatorial(known.open_times[rows], known.labels.last_bar[rows]))


def _out_of_sample(known: History, rows: Any, spec: Spec, name: str) -> tuple[Floats, Floats]:
    """Per row, averaged over the five splits that test it: expected gain, log-likelihood above a coin's."""
    gain, skill, tested = (np.zeros(len(rows)) for _ in range(3))
    matrix, scaled, up = known.matrix[rows], known.labels.scaled[rows], known.labels.up[rows]
    changed = parameters(spec.kind, name)
    for train, test in _splits(known, rows):
        fitted = kind(spec.kind).fit(
            matrix[train], scaled[train], up[train], spec.seed, spec.columns, changed
        )
        log_odds, expected = fitted.log_odds(matrix[test]), fitted.gain(matrix[test])
        skill[test] += np.log(2) - np.logaddexp(0, np.where(up[test] > 0.5, -log_odds, log_odds))
        gain[test] += expected
        tested[test] += 1
    return gain / tested * known.sigma[rows] * np.sqrt(spec.horizon), skill / tested


def _sharpe(known: History, rows: Any, gain: Floats, spec: Spec) -> float:
    """Per bar, of being long from an expected gain above the round trip until one below zero."""
    bars = slice(int(rows[0]), int(rows[-1]) + 1)
    wish = pd.Series(np.nan, index=range(bars.start, bars.stop))
    wish.loc[rows] = np.where(gain > spec.costs.round_trip + MARGIN, 1.0, np.where(gain < 0, 0.0, np.nan))
    wanted = wish.ffill().fillna(0.0).to_numpy() > 0.5
    return sharpe(equity(known.opens[bars], known.closes[bars], wanted, spec.costs).returns)
