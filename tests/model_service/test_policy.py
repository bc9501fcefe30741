"""From a score to a decision."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from market.decision import Action, Position, Status
from market.interval import HOUR, Interval
from market.outcome import Costs
from model_service.holding import Holding
from model_service.policy import NO_OBJECTION, Checks, Entry, Ruling, decide
from model_service.reasons import REASONS
from model_service.scores import Score

COSTS = Costs(7.5, 2.0)
ENOUGH = COSTS.round_trip + 0.00011
HOURLY = Interval("1h")
FLAT, LONG = Position.FLAT, Position.LONG


def ruled(
    gain: float,
    position: Position,
    *,
    p: float = 0.6,
    close: float = 100.0,
    entry: Entry | None = None,
    checks: Checks = NO_OBJECTION,
    cooling: bool = False,
) -> Ruling:
    score = Score(p, gain, gain - 0.01, gain + 0.01)
    return decide(score, position, close, entry, COSTS, checks, 0.51, cooling=cooling)


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


def test_a_buy_while_long_is_suppressed_and_the_position_stays() -> None:
    found = ruled(ENOUGH, LONG)
    assert found == (Action.HOLD, Status.SUPPRESSED, "position_state", Action.BUY, LONG)
    assert ruled(ENOUGH, LONG, checks=Checks(stale_data=True)).would_be is Action.HOLD


def test_a_buy_soon_after_a_stop_loss_is_suppressed() -> None:
    found = ruled(ENOUGH, FLAT, cooling=True)
    assert found == (Action.HOLD, Status.SUPPRESSED, "cool_down", Action.BUY, FLAT)
    assert ruled(0.0, FLAT, cooling=True).reason == "no_edge"


def test_a_cool_down_counts_bars_of_the_grid_after_a_stop_loss_alone() -> None:
    holding = Holding(Position.LONG, 0, 0.01, 100.0)
    holding.follow(10 * HOUR, ruled(0.0, LONG, close=1.0, entry=Entry(100.0, 0.01)), 0.01)
    assert [holding.cooling((10 + i) * HOUR, 3, HOURLY) for i in (1, 3, 4)] == [True, True, False]
    assert not holding.cooling(11 * HOUR, 0, HOURLY)
    sold = Holding(Position.LONG)
    sold.follow(10 * HOUR, ruled(-0.1, LONG), 0.01)
    assert not sold.cooling(11 * HOUR, 3, HOURLY)


def test_every_reason_code_is_reached_and_has_a_sentence() -> None:
    stopped = ruled(0.0, LONG, close=1.0, entry=Entry(100.0, 0.01))
    reached = {
        *(ruled(ENOUGH, FLAT, checks=Checks(**{name: True})).reason for name in Checks.__slots__),
        *(ruled(gain, position).reason for gain in (ENOUGH, 0.0, -0.1) for position in Position),
        ruled(ENOUGH, FLAT, cooling=True).reason,
        stopped.reason,
    }
    assert reached == set(REASONS)
    root = Path(__file__).parents[2]
    page, words = ((root / name).read_text() for name in ("docs/api.md", "console/static/js/words.js"))
    for code, sentence in REASONS.items():
        assert f"| `{code}` | {sentence} |" in page
        assert f"  {code}: " in words


gains = st.floats(-0.05, 0.05)
candles = st.lists(
    st.tuples(gains, st.floats(0, 1), st.floats(50, 150), st.sets(st.sampled_from(Checks.__slots__))),
    max_size=60,
)


@settings(deadline=None)
@given(candles, st.integers(0, 10))
def test_whatever_comes_no_position_is_bought_or_sold_twice(path: list[Any], cool_down: int) -> None:
    holding = Holding()
    for i, (gain, p, close, broken) in enumerate(path):
        before, cooling = holding.position, holding.cooling(i * HOUR, cool_down, HOURLY)
        entry = Entry(100.0, 0.02) if before is LONG else None
        checks = Checks(**dict.fromkeys(broken, True)) if len(broken) > 2 else NO_OBJECTION
        found = ruled(gain, before, p=p, close=close, entry=entry, checks=checks, cooling=cooling)
        assert (found.action, before) not in {(Action.BUY, LONG), (Action.SELL, FLAT)}
        assert found.position_after is {Action.BUY: LONG, Action.SELL: FLAT}.get(found.action, before)
        if found.status is Status.SUPPRESSED:
            assert (found.action, found.position_after) == (Action.HOLD, before)
            assert found.would_be is not None
        assert not (cooling and found.action is Action.BUY)
        holding.follow(i * HOUR, found, 0.02)


@settings(deadline=None)
@given(gains, st.sampled_from(Position), st.floats(-4e-10, 4e-10))
def test_scores_are_rounded_before_they_meet_a_threshold(gain: float, held: Position, noise: float) -> None:
    gain = round(gain, 9)
    assert ruled(gain + noise, held) == ruled(gain, held)
