"""The same history under different habits of refitting: never, on everything so far, on the newest bars."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Final, NamedTuple

import numpy as np

from market.decision import Position
from market.outcome import Floats, Times
from model_service.backtest import equity
from model_service.calibration import calibrate, nothing
from model_service.evaluate import expanding_base_rate
from model_service.lifecycle.measures import Judged
from model_service.matrix import History
from model_service.scores import joined
from model_service.spec import Plan, Spec
from model_service.train import fit_before, predict
from model_service.trained import TrainedModel
from model_service.walkforward import Scored, decide_all


@dataclass(frozen=True, slots=True)
class Refit:
    """A habit: `window` bars to learn from (None: all so far), `frozen` after the first block."""

    name: str
    window: int | None = None
    frozen: bool = False


FROZEN: Final = Refit("frozen", frozen=True)
EXPANDING: Final = Refit("expanding")


def rolling(cuts: Plan) -> Refit:
    """Refitted on as many bars as the first model had: twelve months of hours."""
    return Refit("rolling", window=cuts.first)


class Lived(NamedTuple):
    """Vectors over the judged bars. `net` is the return of the decisions over each bar, costs included."""

    open_times: Times
    judged: Judged
    base_rate: Floats
    net: Floats


def live_through(
    known: History,
    cuts: Plan,
    spec: Spec,
    habit: Refit,
    progress: Callable[[float], None] = lambda done: None,
) -> Lived:
    """Score and decide the judged bars under one habit; the untouched period stays closed."""
    end = cuts.judged.stop
    cuts = replace(cuts, bars=end, untouched=0)
    scored = list(_blocks(known, cuts, spec, habit, progress))
    scores = joined([each.scores for each in scored])
    rulings, _ = decide_all(known, cuts, scores, scored, spec)
    rows = slice(cuts.first, end)
    wanted = np.array([ruling.position_after is Position.LONG for ruling in rulings])
    gain = np.where(known.labels.last_bar[rows] <= known.open_times[end - 1], known.labels.gain[rows], np.nan)
    base = expanding_base_rate(known.labels.gain, known.labels.last_bar, known.open_times)[rows]
    return Lived(
        known.open_times[rows],
        Judged(scores.probability, scores.expected_gain, scores.gain_low, scores.gain_high, gain),
        base,
        equity(known.opens[rows], known.closes[rows], wanted, spec.costs).returns,
    )


def _blocks(
    known: History, cuts: Plan, spec: Spec, habit: Refit, progress: Callable[[float], None]
) -> Iterator[Scored]:
    seen = nothing()
    model: TrainedModel | None = None
    blocks = list(cuts.blocks())
    for done, (start, end) in enumerate(blocks, 1):
        if model is None or start <= cuts.first or not habit.frozen:
            calibration = calibrate(seen.before(int(known.open_times[start])))
            model = fit_before(_remembered(known, start, habit), start, spec, calibration)
        if start >= cuts.first:
            rows = len(known.training(start))
            yield Scored(start, end, model, rows, model.score(known.matrix[start:end]))
        seen += predict(model, known, start, end)
        progress(done / len(blocks))


def _remembered(known: History, before: int, habit: Refit) -> History:
    """The history without the labels that a rolling window has left behind."""
    if habit.window is None or before <= habit.window:
        return known
    scaled = known.labels.scaled.copy()
    scaled[: before - habit.window] = np.nan
    return replace(known, labels=replace(known.labels, scaled=scaled))
