"""No training label shares a bar with a test label, and a second implementation agrees on which those are."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from purgedcv import CombinatorialPurgedCV, deflated_sharpe_ratio, probability_of_backtest_overfitting, purge

from market.outcome import Times
from model_service.backtest import deflated_sharpe
from model_service.matrix import history
from model_service.spec import Spec
from model_service.validation.overfitting import probability_of_overfitting
from model_service.validation.purge import combinatorial, expanding, purged, uniqueness
from tests.model_service.markets import QUARTER, random_walk

Interval = tuple[Times, Times]


@st.composite
def intervals(draw: st.DrawFn) -> Interval:
    """Labels of any length, several of which may begin on the same bar."""
    gaps = draw(st.lists(st.integers(0, 4), min_size=12, max_size=60))
    lengths = draw(st.lists(st.integers(0, 30), min_size=len(gaps), max_size=len(gaps)))
    start = np.cumsum(gaps)
    return start, start + np.array(lengths)


def met(start: Times, end: Times, train: Times, test: Times) -> bool:
    """Whether any pair of a training and a test label shares a bar, by looking at every pair."""
    return bool(((start[train][:, None] <= end[test]) & (end[train][:, None] >= start[test])).any())


@settings(max_examples=60, deadline=None)
@given(labels=intervals())
def test_no_training_label_meets_a_test_label(labels: Interval) -> None:
    start, end = labels
    splits = [*combinatorial(start, end), *expanding(6, 5, start, end)]
    assert len(splits) >= 17
    for train, test in splits:
        assert not met(start, end, train, test)
        assert not set(train) & set(test)


@settings(max_examples=60, deadline=None)
@given(labels=intervals())
def test_no_more_is_purged_than_meets_a_test_label(labels: Interval) -> None:
    start, end = labels
    train, test = np.arange(0, len(start), 2), np.arange(1, len(start), 4)
    kept = purged(train, test, start, end)
    assert all(met(start, end, np.array([row]), test) for row in set(train) - set(kept))


def times(labels: Interval) -> tuple[pd.Series, pd.Series]:  # type: ignore[type-arg]
    """The labels as the referee wants them: half open, so that a closed end is one hour later."""
    start, end = (pd.Series(pd.to_datetime(each, unit="h")) for each in (labels[0], labels[1] + 1))
    return start, end


@settings(max_examples=60, deadline=None)
@given(labels=intervals())
def test_combinatorial_splits_equal_those_of_purgedcv(labels: Interval) -> None:
    predicted, evaluated = times(labels)
    referee = CombinatorialPurgedCV(6, 2, prediction_times=predicted, evaluation_times=evaluated)
    theirs = list(referee.split(np.empty((len(predicted), 1))))
    ours = list(combinatorial(*labels))
    assert len(ours) == len(theirs) == 15
    for (train, test), (wanted_train, wanted_test) in zip(ours, theirs, strict=True):
        assert train.tolist() == wanted_train.tolist()
        assert test.tolist() == wanted_test.tolist()


@settings(max_examples=50, deadline=None)
@given(labels=intervals(), data=st.data())
def test_purging_any_rows_equals_that_of_purgedcv(labels: Interval, data: st.DataObject) -> None:
    rows = np.arange(len(labels[0]))
    tested = np.array(data.draw(st.lists(st.booleans(), min_size=len(rows), max_size=len(rows))), dtype=bool)
    predicted, evaluated = times(labels)
    ours = purged(rows[~tested], rows[tested], *labels)
    assert ours.tolist() == purge(rows[~tested], rows[tested], predicted, evaluated).tolist()


@settings(max_examples=60, deadline=None)
@given(labels=intervals())
def test_walk_forward_splits_equal_those_of_purgedcv(labels: Interval) -> None:
    predicted, evaluated = times(labels)
    for train, test in expanding(6, 5, *labels):
        rows = np.arange(test[-1] + 1)
        wanted = purge(rows[: test[0]], test, predicted[: len(rows)], evaluated[: len(rows)])
        assert train.tolist() == wanted.tolist()


def test_the_rows_of_a_walk_forward_are_the_purged_ones() -> None:
    market = random_walk(4_000, 6).drop(index=[2_500, 3_100, 3_488, 3_497]).reset_index(drop=True)
    known = history(market, Spec(QUARTER, horizon=9))
    before = 3_490
    usable = known.labels.known & np.isfinite(known.matrix).all(axis=1)
    train, test = np.flatnonzero(usable[:before]), np.arange(before, before + 100)
    kept = purged(train, test, known.open_times, known.labels.last_bar)
    assert known.training(before).tolist() == kept.tolist()
    assert len(kept) < len(train)


def test_every_row_is_tested_in_five_of_fifteen_splits() -> None:
    start = np.arange(100)
    splits = list(combinatorial(start, start + 5))
    assert np.bincount(np.concatenate([test for _, test in splits])).tolist() == [5] * 100
    assert min(len(train) for train, _ in splits) > 40


def test_overlapping_labels_count_for_what_is_their_own() -> None:
    start = np.arange(1_000)
    assert uniqueness(start, start).sum() == 1_000
    assert uniqueness(start, start + 3).sum() == pytest.approx(250, rel=0.02)
    assert uniqueness(np.array([0, 0, 5]), np.array([1, 3, 5])) == pytest.approx([0.5, 0.75, 1.0])
    assert len(uniqueness(start[:0], start[:0])) == 0


def test_the_probability_of_overfitting_equals_that_of_purgedcv() -> None:
    random = np.random.default_rng(5)
    noise = random.standard_normal((2_000, 6))
    skilled = noise + np.array([0.2, 0, 0, 0, 0, 0])
    for performance in (noise, skilled):
        referee = probability_of_backtest_overfitting(performance.T, 10, metric=lambda r: float(r.mean()))
        assert probability_of_overfitting(performance) == pytest.approx(referee.pbo)
    assert probability_of_overfitting(skilled) < 0.05
    assert np.isnan(probability_of_overfitting(noise[:, :1]))


@pytest.mark.parametrize("tried", [2, 25, 400])
def test_the_deflated_sharpe_ratio_is_that_of_purgedcv_up_to_its_corrections(tried: int) -> None:
    random = np.random.default_rng(6)
    returns, trials = random.standard_t(5, 4_000) * 0.01 + 6e-4, random.normal(0, 0.03, 25)[:tried]
    ours = deflated_sharpe(returns, trials, tried)
    theirs = deflated_sharpe_ratio(returns, tried, float(np.var(trials, ddof=1)))
    assert ours == pytest.approx(theirs, abs=1e-3)
    assert 0 < ours < 1
