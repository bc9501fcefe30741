"""What it would have taken to decide otherwise."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from market.decision import Action, Flip, Position
from market.features import FEATURES, features
from market.outcome import Floats
from model_service.flip import TOLERANCE, nearest_flip
from model_service.models import MODELS
from model_service.policy import NO_OBJECTION, Checks, Entry, decide
from model_service.scores import Score
from model_service.spec import Spec
from model_service.train import train
from model_service.trained import TrainedModel
from tests.model_service.markets import QUARTER, random_walk

MARKET = random_walk(6_600, 11, edge=0.5)
ROWS = features(MARKET).to_numpy()[6_000::30]


@pytest.fixture(scope="module", params=sorted(MODELS))
def model(request: pytest.FixtureRequest) -> TrainedModel:
    return train(MARKET[:6_000], Spec(QUARTER, horizon=1, fee_bp=0.5, slippage_bp=0.1, kind=request.param))


def asking(
    model: TrainedModel, position: Position, checks: Checks = NO_OBJECTION, entry: Entry | None = None
) -> Callable[[Score], Action]:
    def ask(score: Score) -> Action:
        return decide(score, position, 90.0, entry, model.spec.costs, checks, model.p_min).action

    return ask


def moved(row: Floats, flip: Flip, by: float = 0.0) -> Floats:
    changed = row.copy()
    changed[FEATURES.index(flip.feature)] = flip.threshold + by
    return changed


def action_of(model: TrainedModel, row: Floats, ask: Callable[[Score], Action]) -> Action:
    return ask(model.score(row[None]).at(0))


@pytest.mark.parametrize("position", Position)
def test_the_threshold_really_flips_the_action_and_just_before_it_nothing_happens(
    model: TrainedModel, position: Position
) -> None:
    ask = asking(model, position)
    found = [(row, nearest_flip(model, row, ask)) for row in ROWS]
    flips = [(row, flip) for row, flip in found if flip]
    assert len(flips) > 5
    for row, flip in flips:
        now = action_of(model, row, ask)
        assert flip.action is not now
        assert action_of(model, moved(row, flip), ask) is flip.action
        at = FEATURES.index(flip.feature)
        step = TOLERANCE * (model.highest - model.lowest)[at]
        nearer = -step if flip.threshold > flip.value else step
        assert action_of(model, moved(row, flip, nearer), ask) is now
        assert flip.value == row[at]


def test_no_single_twentieth_that_flips_lies_nearer(model: TrainedModel) -> None:
    ask, levels = asking(model, Position.FLAT), np.linspace(0, 1, 21)
    for row in ROWS[:2]:
        flip, now = nearest_flip(model, row, ask), action_of(model, row, ask)
        for j, name in enumerate(FEATURES):
            rank = np.interp(row[j], model.quantiles[:, j], levels)
            for value in model.quantiles[:, j]:
                other = Flip(name, row[j], value, now, 0)
                far = abs(np.interp(value, model.quantiles[:, j], levels) - rank)
                if action_of(model, moved(row, other), ask) is not now:
                    assert flip is not None
                    assert flip.distance <= far + 1e-6


def test_what_no_score_could_change_has_no_flip_point(model: TrainedModel) -> None:
    stopped = asking(model, Position.LONG, entry=Entry(100.0, 0.001))
    expired = asking(model, Position.FLAT, Checks(model_expired=True))
    assert [nearest_flip(model, ROWS[0], ask) for ask in (stopped, expired)] == [None, None]


def test_a_sentence_says_which_way() -> None:
    assert Flip("rsi_14", 58.0, 61.2, Action.HOLD, 0.1).sentence == "HOLD if rsi_14 were above 61.2"
    assert Flip("rsi_14", 58.0, 31.25, Action.BUY, 0.4).sentence == "BUY if rsi_14 were below 31.25"
