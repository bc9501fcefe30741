"""1. A random walk in: nothing is predicted, little is bought, and what is bought does not pay."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest

from market.decision import Action
from model_service.backtest import deflated_sharpe
from model_service.card import PRIOR_TRIALS
from model_service.spec import Spec
from model_service.walkforward import WalkForward, walk_forward
from tests.model_service.markets import QUARTER, random_walk

BARS = 40_000
SEEDS = (1, 2, 3)


@cache
def walk(seed: int) -> WalkForward:
    return walk_forward(random_walk(BARS, seed), Spec(QUARTER))


@pytest.mark.parametrize("seed", SEEDS)
def test_direction_is_a_coin_toss(seed: int) -> None:
    scores = walk(seed).metrics["scores"]
    assert 0.485 <= scores["accuracy"] <= 0.515
    assert 0.485 <= scores["auc"] <= 0.515


@pytest.mark.parametrize("seed", SEEDS)
def test_little_is_bought_and_trading_loses_its_costs(seed: int) -> None:
    found = walk(seed)
    assert np.mean([ruling.action is Action.BUY for ruling in found.rulings]) < 0.05
    assert found.curve[-1] < 1


@pytest.mark.parametrize("seed", SEEDS)
def test_the_profit_is_not_taken_for_skill(seed: int) -> None:
    found = walk(seed)
    own = found.metrics["sharpe_per_bar"]
    assert deflated_sharpe(found.returns, np.array([own]), PRIOR_TRIALS) < 0.5


def test_random_timing_does_as_well_on_two_of_three() -> None:
    assert sum(walk(seed).metrics["shift_p"] > 0.05 for seed in SEEDS) >= 2
