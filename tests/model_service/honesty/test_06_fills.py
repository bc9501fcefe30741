"""6. Fills come after the decision, cost what they cost, and earn what the prices say."""

from __future__ import annotations

from math import fsum

import numpy as np
import pytest

from market.outcome import Costs
from model_service.backtest import equity, sharpe
from model_service.honesty.execution import fill_in_same_bar
from model_service.honesty.suspect import Suspect
from model_service.spec import Spec
from tests.model_service.markets import QUARTER, random_walk

MARKET = random_walk(8_000, 31)
OPENS, CLOSES = MARKET["open"].to_numpy(), MARKET["close"].to_numpy()
FREE, COSTS = Costs(0, 0), Costs(7.5, 2.0)


def test_knowing_a_candle_only_after_it_closed_earns_nothing() -> None:
    oracle = CLOSES > OPENS
    late = equity(OPENS, CLOSES, oracle, FREE).returns
    cheating = np.where(oracle, CLOSES / OPENS - 1, 0.0)
    assert abs(sharpe(late)) < 0.03
    assert sharpe(cheating) > 0.5
    assert fill_in_same_bar(Suspect(MARKET, Spec(QUARTER))) == []


@pytest.mark.parametrize("share", [0.02, 0.3, 0.9])
def test_costs_are_exactly_the_fills(share: float) -> None:
    wanted, side = np.random.default_rng(1).random(8_000) < share, COSTS.per_side
    paid, free = (equity(OPENS, CLOSES, wanted, costs) for costs in (COSTS, FREE))
    change = np.diff(np.r_[0, wanted[:-1].astype(int)], prepend=0)
    buys, sells = int((change > 0).sum()), int((change < 0).sum())
    difference = fsum(np.log1p(paid.returns)) - fsum(np.log1p(free.returns))
    assert difference == pytest.approx(sells * np.log1p(-side) - buys * np.log1p(side), abs=1e-12)


def test_buy_and_hold_earns_the_price_ratio_less_its_fills() -> None:
    always = np.ones(8_000, dtype=bool)
    worth = equity(OPENS, CLOSES, always, COSTS).curve[-1]
    assert worth == pytest.approx(CLOSES[-1] / OPENS[1] / (1 + COSTS.per_side), rel=1e-12)
    sold = np.r_[always[:-2], False, False]
    worth = equity(OPENS, CLOSES, sold, COSTS).curve[-1]
    side = COSTS.per_side
    assert worth == pytest.approx(OPENS[-1] / OPENS[1] * (1 - side) / (1 + side), rel=1e-12)
