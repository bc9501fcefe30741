"""The leak suite: markets with a known truth, and attempts to show the models their future."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from market.decision import Action
from market.features import FEATURES
from market.labels import Labels
from model_service.calibration import Calibration
from model_service.evaluate import auc
from model_service.matrix import history
from model_service.spec import Spec, plan
from model_service.train import fit_before, train
from model_service.walkforward import WalkForward, walk_forward
from tests.model_service.markets import QUARTER, random_walk

BARS = 12_000


@pytest.fixture(scope="module")
def on_noise() -> list[WalkForward]:
    return [walk_forward(random_walk(BARS, seed), Spec(QUARTER)) for seed in (1, 2, 3)]


def test_a_random_walk_cannot_be_predicted(on_noise: list[WalkForward]) -> None:
    accuracy = [walk.metrics["scores"]["accuracy"] for walk in on_noise]
    area = [walk.metrics["scores"]["auc"] for walk in on_noise]
    assert 0.485 <= np.mean(accuracy) <= 0.515, accuracy
    assert 0.485 <= np.mean(area) <= 0.515, area


def test_a_random_walk_is_seldom_bought_and_never_pays(on_noise: list[WalkForward]) -> None:
    for walk in on_noise:
        bought = np.mean([ruling.action is Action.BUY for ruling in walk.rulings])
        assert bought < 0.05
    assert np.prod([walk.curve[-1] for walk in on_noise]) < 1
    assert sum(walk.metrics["shift_p"] > 0.05 for walk in on_noise) >= 2


def test_a_planted_edge_is_found_and_explained_by_the_last_return() -> None:
    market = random_walk(30_000, 4, edge=0.1)
    walk = walk_forward(market, Spec(QUARTER, horizon=1))
    scores = walk.metrics["scores"]
    assert 0.52 < scores["accuracy"] < 0.56
    assert scores["auc"] > 0.53
    weight = np.nanmean(np.abs(walk.scores.contributions), axis=0)
    assert FEATURES[int(np.argmax(weight))] == "return_1"


def test_labels_moved_away_from_their_candles_teach_nothing() -> None:
    spec = Spec(QUARTER, horizon=1, kind="logistic")
    known = history(random_walk(BARS, 4, edge=0.3), spec)
    rows = plan(BARS, QUARTER).first

    def area(labels: Labels) -> float:
        model = fit_before(dataclasses.replace(known, labels=labels), rows, spec, Calibration())
        p, up = model.score(known.matrix[rows:]).probability, known.labels.up[rows:]
        seen = np.isfinite(up)
        return auc(p[seen], up[seen])

    def moved(by: int) -> Labels:
        label = known.labels
        return dataclasses.replace(label, scaled=np.roll(label.scaled, by), up=np.roll(label.up, by))

    assert area(known.labels) > 0.58
    assert abs(np.mean([area(moved(by)) for by in range(1_500, 5_500, 500)]) - 0.5) < 0.015


def test_a_changed_future_changes_no_decision_of_the_past() -> None:
    market, spec, cut = random_walk(12_000, 5), Spec(QUARTER, kind="logistic"), 9_000
    other = market.copy()
    columns = ["open", "high", "low", "close", "volume"]
    other.loc[cut:, columns] = other.loc[cut:, columns].to_numpy()[::-1] * 3.0
    one, two = walk_forward(market, spec), walk_forward(other, spec)
    same = int(np.searchsorted(one.open_times, market["open_time"][cut]))
    assert same > 2_000
    np.testing.assert_array_equal(one.scores.probability[:same], two.scores.probability[:same])
    np.testing.assert_array_equal(one.scores.expected_gain[:same], two.scores.expected_gain[:same])
    assert one.rulings[:same] == two.rulings[:same]


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


def test_same_candles_give_the_same_files_and_one_changed_candle_another_hash(tmp_path: Path) -> None:
    market, spec = random_walk(6_000, 7), Spec(QUARTER)
    first = train(market, spec).save(tmp_path / "one")
    again = train(market, spec).save(tmp_path / "two")
    assert first == again
    changed = market.copy()
    changed.loc[5_000, "close"] *= 1.0001
    assert history(changed, spec).data_hash != history(market, spec).data_hash
