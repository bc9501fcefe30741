"""Expanding walk-forward: history replayed as if every block were the next live candles."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import pandas as pd
import pyarrow as pa

from market.decision import Position
from market.outcome import Floats, Times
from market.tick import Tick
from model_service.backtest import Wanted, equity
from model_service.calibration import OutOfFold, calibrate, nothing
from model_service.contamination import NOTHING_REVISED, Revised
from model_service.evaluate import auc
from model_service.holding import Holding
from model_service.matrix import History, history
from model_service.policy import Checks, Ruling, decide
from model_service.scores import Scores, joined
from model_service.spec import Plan, Spec, plan
from model_service.train import fit_before, predict
from model_service.trained import TrainedModel
from model_service.validation.choice import Choice, settled
from model_service.validation.judging import judged


class Fold(NamedTuple):
    """One block: rows trained on, bars scored `[start, end)` (open times ms UTC), and how well."""

    trained_rows: int
    start: int
    end: int
    p_min: float
    accuracy: float
    auc: float


@dataclass(frozen=True, slots=True)
class WalkForward:
    """Vectors over the bars that were scored, oldest first.

    `rulings[i]` is the decision on the bar that opened at `open_times[i]`, `before[i]` the position it
    found; `curve` and `hold_curve` are the worth of 1 at the end of each bar for the decisions and for
    buy-and-hold. `metrics` (`validation.judging`) and the figures of `folds` tell of the bars before number
    `untouched` only. `spec` has the parameters in use, `choice` how they were chosen. `out_of_fold`
    calibrates the final model (`train`). `features` has one row per bar.
    """

    open_times: Times
    scores: Scores
    rulings: list[Ruling]
    before: list[Position]
    features: pd.DataFrame
    folds: list[Fold]
    metrics: Mapping[str, object]
    curve: Floats
    hold_curve: Floats
    out_of_fold: OutOfFold
    data_hash: str
    untouched: int
    spec: Spec
    choice: Choice | None

    @property
    def judged_returns(self) -> Floats:
        """Net returns before the untouched period; the last one ends with the last bar that is judged."""
        return self.returns[: self.untouched - 1]

    @property
    def untouched_bars(self) -> int:
        """How many of the newest bars are closed to every judgement."""
        return len(self.open_times) - self.untouched

    @property
    def returns(self) -> Floats:
        """Net return of the decisions over each bar."""
        return np.asarray(self.curve / np.r_[1.0, self.curve[:-1]] - 1)

    @property
    def wanted(self) -> Wanted:
        """Where the decision was to be long in the next bar."""
        return np.array([ruling.position_after is Position.LONG for ruling in self.rulings])


def walk_forward(
    klines: pa.Table | pd.DataFrame,
    spec: Spec,
    progress: Callable[[float], None] = lambda done: None,
    keep: Callable[[int, TrainedModel], None] = lambda trained_until, model: None,
    changed: Revised = NOTHING_REVISED,
    ticks: Sequence[Tick] = (),
) -> WalkForward:
    """Refit before every block on everything complete by then, score the block, decide candle by candle.

    `progress` is told the fraction done; `keep` is handed the model of each block that is judged, with the
    open time of the last candle before the block; `changed` are the candles that the exchange has revised,
    `ticks` what the groups of the spec read. Raises `InvalidInput` when the history is too short.
    """
    known = history(klines, spec, changed, ticks)
    cuts = plan(len(known.open_times), spec.interval)
    spec, choice = settled(known, cuts, spec)
    scored, seen = _score_blocks(known, cuts, spec, progress, keep)
    scores = joined([each.scores for each in scored])
    rulings, before = decide_all(known, cuts, scores, scored, spec)
    rows = slice(cuts.first, cuts.bars)
    wanted = np.array([ruling.position_after is Position.LONG for ruling in rulings])
    open_from = cuts.judged.stop - cuts.first
    made = equity(known.opens[rows], known.closes[rows], wanted, spec.costs)
    held = equity(known.opens[rows], known.closes[rows], np.ones_like(wanted), spec.costs)
    return WalkForward(
        known.open_times[rows],
        scores,
        rulings,
        before,
        pd.DataFrame(known.matrix[rows], index=known.open_times[rows], columns=list(spec.columns)),
        [_fold(known, each, cuts.judged.stop) for each in scored],
        judged(known, cuts.judged, scores.part(slice(open_from)), wanted[:open_from], spec),
        made.curve,
        held.curve,
        seen,
        known.data_hash,
        open_from,
        spec,
        choice,
    )


class Scored(NamedTuple):
    """One block of rows `[start, end)`, and what the model fitted before it said."""

    start: int
    end: int
    model: TrainedModel
    trained_rows: int
    scores: Scores


def _score_blocks(
    known: History,
    cuts: Plan,
    spec: Spec,
    progress: Callable[[float], None],
    keep: Callable[[int, TrainedModel], None],
) -> tuple[list[Scored], OutOfFold]:
    blocks = list(cuts.blocks())
    scored: list[Scored] = []
    seen = nothing()
    for done, (start, end) in enumerate(blocks, 1):
        calibration = calibrate(seen.before(int(known.open_times[start])))
        model = fit_before(known, start, spec, calibration)
        if start >= cuts.first:
            keep(int(known.open_times[start - 1]), model)
            scores = model.score(known.matrix[start:end])
            scored.append(Scored(start, end, model, len(known.training(start)), scores))
        seen += predict(model, known, start, end)
        progress(done / len(blocks))
    return scored, seen


def decide_all(
    known: History, cuts: Plan, scores: Scores, scored: list[Scored], spec: Spec
) -> tuple[list[Ruling], list[Position]]:
    """The decision on every bar from `cuts.first` on, candle by candle, and the position it found."""
    foreign = np.concatenate([s.model.out_of_distribution(known.matrix[s.start : s.end]) for s in scored])
    p_min = np.concatenate([np.full(s.end - s.start, s.model.p_min) for s in scored])
    holding = Holding()
    rulings: list[Ruling] = []
    before: list[Position] = []
    for i, row in enumerate(range(cuts.first, cuts.bars)):
        time = int(known.open_times[row])
        checks = Checks(
            contaminated_window=bool(known.contaminated[row]), out_of_distribution=bool(foreign[i])
        )
        ruling = decide(
            scores.at(i), holding.position, float(known.closes[row]), holding.entry(known), spec.costs,
            checks, float(p_min[i]), cooling=holding.cooling(time, spec.cool_down, spec.interval),
        )  # fmt: skip
        before.append(holding.position)
        rulings.append(ruling)
        holding.follow(time, ruling, float(known.sigma[row]))
    return rulings, before


def _fold(known: History, block: Scored, untouched: int) -> Fold:
    up = known.labels.up[block.start : block.end].copy()
    up[known.labels.last_bar[block.start : block.end] >= _time(known, untouched)] = np.nan
    p = block.scores.probability
    rows = np.isfinite(up) & np.isfinite(p)
    accuracy = float(np.mean((p[rows] > 0.5) == (up[rows] > 0.5))) if rows.any() else float("nan")
    return Fold(
        block.trained_rows,
        int(known.open_times[block.start]),
        int(known.open_times[block.end - 1]),
        block.model.p_min,
        accuracy,
        auc(p[rows], up[rows]),
    )


def _time(known: History, row: int) -> int:
    return int(known.open_times[row])
