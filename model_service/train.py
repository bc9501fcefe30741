"""Training: everything is fitted on rows whose labels were complete before the first candle to be scored."""

from __future__ import annotations

import logging
from collections.abc import Sequence

import numpy as np
import pandas as pd
import pyarrow as pa

from market.errors import InvalidInput
from market.features import complete
from market.groups import GROUPS
from market.labels import Labels
from market.outcome import Floats
from market.tick import Tick
from model_service.calibration import Calibration, OutOfFold, calibrate, nothing
from model_service.matrix import History, history
from model_service.models import kind, parameters
from model_service.models.fitted import Raw
from model_service.spec import SEED_BLOCKS, Spec, plan
from model_service.trained import TrainedModel, probe_rows, quantiles
from model_service.validation.choice import settled

_log = logging.getLogger(__name__)
_FEWEST_ROWS = 500
# A group that is absent from more rows than not teaches the model when it was recorded, not what it says.
FEWEST_PRESENT = 0.5


def train(
    klines: pa.Table | pd.DataFrame,
    spec: Spec,
    out_of_fold: OutOfFold | None = None,
    ticks: Sequence[Tick] = (),
) -> TrainedModel:
    """The model for the next live candle: fitted on every complete label of the klines.

    `out_of_fold` (from a walk-forward over the same klines) calibrates it; without it the newest blocks
    are scored for that purpose first. `ticks` are what the groups of the spec read. Raises `InvalidInput`
    when the history is too short or a group was seldom recorded.
    """
    known = history(klines, spec, ticks=ticks)
    bars = len(known.open_times)
    cuts = plan(bars, spec.interval)
    spec, _ = settled(known, cuts, spec)
    step = cuts.step
    if out_of_fold is None:
        out_of_fold = nothing()
        for start in range(bars - SEED_BLOCKS * step, bars, step):
            model = fit_before(known, start, spec, Calibration())
            out_of_fold += predict(model, known, start, min(start + step, bars))
    seen = out_of_fold.before(int(known.open_times[-1]) + 1)
    return fit_before(known, bars, spec, calibrate(seen))


def fit_before(known: History, before: int, spec: Spec, calibration: Calibration) -> TrainedModel:
    """Fit on the rows that may be known when row `before` is scored."""
    rows = known.training(before)
    if len(rows) < _FEWEST_ROWS:
        raise InvalidInput(
            f"insufficient history: {len(rows)} complete rows before bar {before}, training needs "
            f"{_FEWEST_ROWS}; populate a longer history"
        )
    matrix, up = known.matrix[rows], known.labels.up[rows]
    _demand_groups(matrix, spec)
    fitted = kind(spec.kind).fit(
        matrix, known.labels.scaled[rows], up, spec.seed, spec.columns, parameters(spec.kind, spec.parameters)
    )
    _log.info("fitted %s on %d rows", spec.kind, len(rows))
    return TrainedModel(
        spec,
        fitted,
        calibration,
        p_min=round(float(up.mean()), 6),
        lowest=np.nanmin(matrix, axis=0),
        highest=np.nanmax(matrix, axis=0),
        quantiles=quantiles(matrix),
        probe=probe_rows(matrix),
    )


def _demand_groups(matrix: Floats, spec: Spec) -> None:
    for name in spec.groups:
        share = float(matrix[:, spec.columns.index(GROUPS[name].columns[-1])].mean())
        if share < FEWEST_PRESENT:
            raise InvalidInput(
                f"feature group {name} is there in {share:.0%} of {len(matrix)} training rows, a model needs "
                f"{FEWEST_PRESENT:.0%}: take it out of OPA_FEATURE_GROUPS until more was recorded"
            )


def predict(model: TrainedModel, known: History, start: int, end: int) -> OutOfFold:
    """Raw scores of rows `[start, end)` that have features, with their labels."""
    rows = np.arange(start, end)
    rows = rows[complete(known.matrix[rows])]
    label: Labels = known.labels
    raw = model.fitted.raw(known.matrix[rows]) if len(rows) else Raw(*nothing().raw)
    return OutOfFold(raw, label.scaled[rows], label.up[rows], label.last_bar[rows])
