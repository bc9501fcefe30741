"""From a score to a decision."""

from __future__ import annotations

import math

import pytest

from market.decision import Action, Position, Status
from market.outcome import Costs
from model_service.policy import NO_OBJECTION, Checks, Entry, Ruling, decide
from model_service.scores import Score

COSTS = Costs(7.5, 2.0)
ENOUGH = COSTS.round_trip + 0.00011
FLAT, LONG = Position.FLAT, Position.LONG


def ruled(
    gain: float,
    position: Position,
    *,
    p: float = 0.6,
    close: float = 100.0,
    entry: Entry | None = None,
    checks: Checks = NO_OBJECTION,
) -> Ruling:
    return decide(Score(p, gain, gain - 0.01, gain + 0.01), position, close, entry, COSTS, checks, 0.51)


def test_a_gain_above_the_round_trip_and_a_basis_point_is_bought() -> None:
    assert ruled(ENOUGH, FLAT) == (Action.BUY, Status.ISSUED, "expected_gain_above_cost", None, LONG)
    assert ruled(COSTS.round_trip + 0.00009, FLAT) == (Action.HOLD, Status.ISSUED, "no_edge", None, FLAT)


def test_a_gain_is_not_bought_against_the_odds() -> None:
    assert ruled(ENOUGH, FLAT, p=0.51).action is Action.HOLD


def test_a_position_is_kept_until_its_expected_gain_falls_below_zero() -> None:
    assert ruled(0.0, LONG) == (Action.HOLD, Status.ISSUED, "hold_position", None, LONG)
    assert ruled(-1e-9, LONG) == (Action.SELL, Status.ISSUED, "expected_gain_below_zero", None, FLAT)
    assert ruled(-0.5, FLAT) == (Action.HOLD, Status.ISSUED, "no_edge", None, FLAT)


def test_the_stop_lies_three_daily_volatilities_under_the_entry() -> None:
    entry = Entry(100.0, 0.005)
    assert entry.stop == pytest.approx(100 * (1 - 3 * 0.005 * 24**0.5))
    assert ruled(0.01, LONG, close=entry.stop, entry=entry).reason == "stop_loss"
    assert ruled(0.01, LONG, close=entry.stop + 0.01, entry=entry).action is Action.HOLD


@pytest.mark.parametrize(
    "name",
    ["stale_data", "contaminated_window", "model_expired", "insufficient_history", "out_of_distribution"],
)
def test_a_suppressed_decision_moves_nothing_and_says_what_it_would_have_been(name: str) -> None:
    checks = Checks(**{name: True})
    assert ruled(ENOUGH, FLAT, checks=checks) == (Action.HOLD, Status.SUPPRESSED, name, Action.BUY, FLAT)
    assert ruled(-0.1, LONG, checks=checks) == (Action.HOLD, Status.SUPPRESSED, name, Action.SELL, LONG)


def test_a_candle_without_a_score_lacks_history() -> None:
    found = ruled(math.nan, LONG, p=math.nan)
    assert found == (Action.HOLD, Status.SUPPRESSED, "insufficient_history", None, LONG)
