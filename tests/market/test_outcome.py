"""The realised return: from open to open, by the grid, after costs."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import numpy as np
import pytest

from market.decision import Action, Decision, Origin, OutcomeState, Position, Role, Status
from market.interval import HOUR, Interval, Series
from market.outcome import Costs, ahead, outcome, realised

T0 = 1_700_000_000_000 // HOUR * HOUR
TIMES = T0 + np.arange(8, dtype=np.int64) * HOUR
OPENS = np.array([100.0, 101.0, 102.0, 110.0, 121.0, 120.0, 119.0, 130.0])
COSTS = Costs(fee_bp=7.5, slippage_bp=2.0)


def decided(action: Action, after: Position) -> Decision:
    return Decision(
        Series.of("simulated", "BTCUSDT", "1h"), Role.CHAMPION, T0, T0 + HOUR - 1, Origin.LIVE, "m", action,
        Status.ISSUED, "r", Decimal(100), 0.6, 0.01, -0.01, 0.02, COSTS.round_trip, 3, Position.FLAT, after,
        T0,
    )  # fmt: skip


def test_a_return_runs_from_the_next_open_to_the_open_a_horizon_later() -> None:
    found = realised(TIMES, OPENS, Interval("1h"), 3)
    assert found.entry_price[0] == 101.0
    assert found.exit_price[0] == 121.0
    assert found.gross[0] == pytest.approx(121 / 101 - 1)
    assert found.exit_time[0] == T0 + 4 * HOUR
    assert np.isnan(found.gross[4:]).all()
    assert not found.insufficient.any()


def test_a_missing_bar_makes_a_return_insufficient_and_never_longer() -> None:
    kept = np.arange(8) != 4
    found = realised(TIMES[kept], OPENS[kept], Interval("1h"), 3)
    assert found.insufficient.tolist() == [True, False, False, True, False, False, False]
    assert found.gross[1] == pytest.approx(120 / 102 - 1)


def test_the_round_trip_is_what_two_fills_really_take() -> None:
    side = 0.00095
    assert COSTS.per_side == pytest.approx(side)
    found = realised(TIMES, OPENS, Interval("1h"), 3)
    by_hand = (1 + found.gross[0]) / (1 + side) * (1 - side) - 1
    assert found.net(COSTS)[0] == pytest.approx(by_hand, rel=1e-12)
    assert Costs(0, 0).round_trip == 0


def test_months_are_counted_on_the_calendar() -> None:
    january = 1_704_067_200_000
    assert ahead(np.array([january]), 2, Interval("1M")).tolist() == [1_709_251_200_000]


@pytest.mark.parametrize(
    ("exit_price", "action", "after", "right"),
    [
        (110, Action.BUY, Position.LONG, True),
        (101, Action.BUY, Position.LONG, False),
        (110, Action.HOLD, Position.LONG, True),
        (110, Action.HOLD, Position.FLAT, False),
        (101, Action.HOLD, Position.FLAT, True),
        (101, Action.SELL, Position.FLAT, True),
        (110, Action.SELL, Position.FLAT, False),
    ],
)
def test_a_decision_is_right_when_the_gain_exceeds_the_cost_exactly_if_it_was_long(
    exit_price: int, action: Action, after: Position, right: bool
) -> None:
    opens = {T0 + HOUR: Decimal(101), T0 + 4 * HOUR: Decimal(exit_price)}
    found = outcome(decided(action, after), opens, T0 + 4 * HOUR, now=5)
    assert found is not None
    assert found.state is OutcomeState.KNOWN
    assert found.correct is right
    assert found.gross == pytest.approx(exit_price / 101 - 1)
    assert (found.entry_price, found.exit_price) == (Decimal(101), Decimal(exit_price))


def test_an_outcome_is_judged_at_the_cost_of_its_own_decision() -> None:
    opens = {T0 + HOUR: Decimal(100), T0 + 4 * HOUR: Decimal("100.3")}
    cheap = decided(Action.BUY, Position.LONG)
    dear = replace(cheap, cost=0.004)
    found = [outcome(each, opens, T0 + 4 * HOUR, now=5) for each in (cheap, dear)]
    assert [each.correct for each in found if each] == [True, False]
    assert [each.net for each in found if each] == [1.003 / (1 + each.cost) - 1 for each in (cheap, dear)]


def test_an_outcome_appears_only_after_its_horizon() -> None:
    opens = {T0 + HOUR: Decimal(101)}
    assert outcome(decided(Action.BUY, Position.LONG), opens, T0 + 3 * HOUR, now=5) is None


def test_an_outcome_with_a_missing_bar_says_so() -> None:
    found = outcome(decided(Action.BUY, Position.LONG), {T0 + HOUR: Decimal(101)}, T0 + 9 * HOUR, now=5)
    assert found is not None
    assert found.state is OutcomeState.INSUFFICIENT
    assert (found.gross, found.net, found.correct, found.exit_price) == (None, None, None, None)
