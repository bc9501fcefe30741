"""The back-test earns what a follower of the decisions would have earned, and no more."""

from __future__ import annotations

import numpy as np
import pytest

from market.interval import Interval
from market.outcome import Costs, realised
from model_service.backtest import (
    deflated_sharpe,
    drawdown,
    equity,
    performance,
    shift_p_value,
    shifted,
    trade_returns,
)
from tests.model_service.markets import QUARTER, random_walk

MARKET = random_walk(8_000, 31)
TIMES = MARKET["open_time"].to_numpy()
OPENS, CLOSES = MARKET["open"].to_numpy(), MARKET["close"].to_numpy()
FREE, COSTS = Costs(0, 0), Costs(7.5, 2.0)
SOME = np.random.default_rng(1).random(8_000) < 0.3


def test_one_trade_earns_its_recorded_outcome() -> None:
    wanted = np.zeros(8_000, dtype=bool)
    wanted[100:104] = True
    worth = equity(OPENS, CLOSES, wanted, COSTS).curve[-1]
    assert worth - 1 == pytest.approx(realised(TIMES, OPENS, QUARTER, 4).net(COSTS)[100], rel=1e-9)


def test_staying_flat_earns_and_risks_nothing() -> None:
    flat = np.zeros(8_000, dtype=bool)
    found = performance(equity(OPENS, CLOSES, flat, COSTS), flat, QUARTER)
    assert found["total"] == found["sharpe"] == found["max_drawdown"] == found["trades"] == found["cost"] == 0
    assert str(found["cost"]) == "0.0"
    assert shift_p_value(OPENS, CLOSES, flat, COSTS) == 1.0
    assert deflated_sharpe(np.zeros(100), np.zeros(3), 3) == 0.0


def test_figures_of_a_small_example() -> None:
    opens, closes = np.array([100.0, 100, 110, 99, 99]), np.array([100.0, 110, 99, 99, 99])
    wanted = np.array([True, True, False, False, False])
    result = equity(opens, closes, wanted, FREE)
    assert result.returns == pytest.approx([0, 0.1, -0.1, 0, 0])
    found = performance(result, wanted, Interval("1d"))
    assert found["total"] == pytest.approx(-0.01)
    assert found["max_drawdown"] == pytest.approx(0.1)
    assert found["exposure"] == pytest.approx(0.4)
    assert found["trades"] == 1
    assert drawdown(np.array([0.8, 1.2, 0.9])) == pytest.approx(0.25)


def test_every_trade_has_its_own_return_and_together_they_are_the_whole() -> None:
    result = equity(OPENS, CLOSES, SOME, COSTS)
    trades = trade_returns(result, SOME)
    held = np.r_[False, SOME[:-1]]
    assert len(trades) == int((np.diff(held.astype(int), prepend=0) > 0).sum())
    assert np.prod(1 + trades) == pytest.approx(result.curve[-1], rel=1e-12)
    wanted = np.zeros(8_000, dtype=bool)
    wanted[100:104] = wanted[300:304] = True
    two = trade_returns(equity(OPENS, CLOSES, wanted, COSTS), wanted)
    assert two == pytest.approx(realised(TIMES, OPENS, QUARTER, 4).net(COSTS)[[100, 300]], rel=1e-9)


def test_shifts_keep_what_is_traded_and_lose_when_it_only_costs() -> None:
    found = shifted(OPENS, CLOSES, SOME, COSTS)
    assert found["draws"] == 200
    assert found["sharpe_low"] <= found["sharpe_median"] <= found["sharpe_high"] < 0
    assert found["total_median"] < -0.9
    assert found["p"] == shift_p_value(OPENS, CLOSES, SOME, COSTS)


def test_random_timing_is_as_good_as_random_timing_and_an_oracle_is_better() -> None:
    oracle = np.r_[CLOSES[1:] > OPENS[1:], False]
    assert shift_p_value(OPENS, CLOSES, oracle, FREE) < 0.01
    assert 0.02 < shift_p_value(OPENS, CLOSES, SOME, FREE) < 0.98


def test_a_sharpe_ratio_is_worth_less_the_more_was_tried() -> None:
    returns = 0.0004 + 0.01 * np.random.default_rng(4).standard_normal(8_000)
    once, often = (deflated_sharpe(returns, np.array([0.0, 0.01]), tried) for tried in (2, 200))
    assert 0 < often < once < 1
    noise = 0.01 * np.random.default_rng(5).standard_normal(8_000)
    assert deflated_sharpe(noise, np.array([0.0, 0.01]), 40) < 0.5
