"""5. Labels are the future of their own bars, and of no bar that is tested."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from model_service.calibration import Calibration
from model_service.evaluate import auc
from model_service.honesty.causality import past_in_labels
from model_service.honesty.learning import learns_from_moved_labels
from model_service.honesty.suspect import Suspect
from model_service.matrix import history
from model_service.spec import Spec, plan
from model_service.train import fit_before
from tests.model_service.markets import QUARTER, random_walk

MARKET = random_walk(12_000, 4, edge=0.3)
SUSPECT = Suspect(MARKET, Spec(QUARTER, horizon=1, kind="logistic"))


def test_labels_moved_away_from_their_candles_teach_nothing() -> None:
    assert learns_from_moved_labels(SUSPECT) == []


def test_the_same_labels_in_their_places_do_teach() -> None:
    known, first = history(MARKET, SUSPECT.spec), plan(len(MARKET), QUARTER).first
    model = fit_before(known, first, SUSPECT.spec, Calibration())
    p, up = model.score(known.matrix[first:]).probability, known.labels.up[first:]
    seen = np.isfinite(up)
    assert auc(p[seen], up[seen]) > 0.58


def test_a_label_reads_only_bars_after_its_own() -> None:
    for horizon in (1, 4, 24):
        assert past_in_labels(replace(SUSPECT, spec=Spec(QUARTER, horizon=horizon))) == []


@settings(max_examples=25, deadline=None)
@given(
    holes=st.sets(st.integers(2_200, 5_900), max_size=40),
    horizon=st.integers(1, 48),
    before=st.integers(3_000, 5_900),
)
def test_no_training_label_reads_a_bar_of_the_block_it_is_tested_on(
    holes: set[int], horizon: int, before: int
) -> None:
    market = random_walk(6_000, 6).drop(index=sorted(holes)).reset_index(drop=True)
    known = history(market, Spec(QUARTER, horizon=horizon))
    rows = known.training(before)
    opened = known.open_times[before]
    assert len(rows) > 100
    assert (known.open_times[rows] + (horizon + 1) * QUARTER.typical_ms < opened).all()
    assert (known.labels.last_bar[rows] < opened).all()
