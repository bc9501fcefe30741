"""Models that read an optional feature group: only where it was recorded often enough."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from market.errors import InvalidInput
from market.features import FEATURES, features
from market.groups import GROUPS
from model_service.calibration import Calibration
from model_service.matrix import History, history
from model_service.models import MODELS
from model_service.spec import Spec
from model_service.train import fit_before, train
from model_service.trained import TrainedModel, load
from model_service.walkforward import walk_forward
from tests.model_service.books import closing, quotes
from tests.model_service.markets import QUARTER, random_walk

MARKET = closing(random_walk(5_000, 11, edge=0.1), QUARTER)
TICKS = quotes(MARKET, 0.8)
ALL = tuple(GROUPS)


@pytest.fixture(scope="module")
def known() -> History:
    return history(MARKET, Spec(QUARTER, groups=ALL), ticks=TICKS)


@pytest.fixture(scope="module", params=sorted(MODELS))
def model(request: pytest.FixtureRequest, known: History) -> TrainedModel:
    return fit_before(known, len(MARKET), Spec(QUARTER, kind=request.param, groups=ALL), Calibration())


def test_every_kind_scores_with_and_without_the_group(model: TrainedModel) -> None:
    recorded = features(MARKET, TICKS, ALL).iloc[-500:]
    absent = features(MARKET, [], ALL).iloc[-500:]
    for rows in (recorded, absent):
        scores = model.score(rows)
        assert scores.known.all()
        log_odds = np.log(scores.probability / (1 - scores.probability))
        np.testing.assert_allclose(scores.base + scores.contributions.sum(axis=1), log_odds, atol=1e-6)
    assert model.score(recorded).contributions.shape[1] == len(FEATURES) + 4
    assert not model.out_of_distribution(absent).any()


def test_it_comes_back_from_its_files(model: TrainedModel, tmp_path: Path) -> None:
    back = load(tmp_path / "model", model.save(tmp_path / "model"))
    assert back.spec.groups == ALL
    rows = features(MARKET, TICKS, ALL).iloc[-500:]
    np.testing.assert_array_equal(back.score(rows).probability, model.score(rows).probability)


def test_the_group_is_learnt_from(known: History) -> None:
    """The label is planted in the imbalance: nothing else could tell it."""
    place = known.matrix[:, Spec(QUARTER, groups=ALL).columns.index("book_imbalance")]
    told = np.where(place > 0, 1.0, 0.0)
    up = np.where(np.isnan(place) | np.isnan(known.labels.up), known.labels.up, told)
    planted = replace(known, labels=replace(known.labels, up=up))
    model = fit_before(planted, len(MARKET), Spec(QUARTER, kind="lightgbm", groups=ALL), Calibration())
    weight = np.nanmean(np.abs(model.score(known.matrix).contributions), axis=0)
    assert model.spec.columns[int(np.argmax(weight))] == "book_imbalance"


def test_a_group_that_was_seldom_recorded_is_refused_with_its_share() -> None:
    spec = Spec(QUARTER, kind="logistic", groups=("book",))
    with pytest.raises(InvalidInput, match=r"feature group book is there in 0% of \d+ training rows"):
        train(MARKET, spec)
    with pytest.raises(InvalidInput, match=r"book is there in (29|30|31)% .* a model needs 50%"):
        train(MARKET, spec, ticks=quotes(MARKET, 0.3))


def test_its_absence_is_foreign_to_a_model_that_always_had_it() -> None:
    spec = Spec(QUARTER, kind="logistic", groups=("book",))
    model = train(MARKET, spec, ticks=quotes(MARKET, 1.0))
    assert model.out_of_distribution(features(MARKET, [], ("book",)).iloc[-50:]).all()


def test_a_walk_forward_reads_it_as_of_each_close() -> None:
    spec = Spec(QUARTER, kind="logistic", groups=("book",))
    walk = walk_forward(MARKET, spec, ticks=TICKS)
    assert tuple(walk.features.columns) == spec.columns
    assert set(walk.features["book_present"]) == {0.0, 1.0}
    late = walk_forward(MARKET, spec, ticks=[t for t in TICKS if t.time <= MARKET["close_time"].iloc[4_500]])
    same = int(np.searchsorted(walk.open_times, MARKET["open_time"][4_501]))
    assert same > 200
    np.testing.assert_array_equal(walk.scores.probability[:same], late.scores.probability[:same])


def test_an_unknown_group_is_refused() -> None:
    with pytest.raises(InvalidInput, match="unknown feature group 'news': use book"):
        Spec(QUARTER, groups=("news",))
