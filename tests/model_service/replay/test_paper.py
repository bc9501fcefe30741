"""The paper account: what following a ledger would have made, and that it is the back-test's own engine."""

from __future__ import annotations

import numpy as np
import pytest

from market.decision import Action, Position
from market.outcome import Costs
from model_service.backtest import equity
from model_service.replay.paper import Bars, Fill, Move, account

COSTS = Costs(10, 0)
STEP = 60_000
TIMES = np.arange(8, dtype=np.int64) * STEP
OPENS = np.array([100.0, 101, 103, 102, 105, 107, 104, 108])
BARS = Bars(TIMES, OPENS, np.r_[OPENS[1:], 110.0])
LONG, FLAT = Position.LONG, Position.FLAT


def on_time(at: int, position: Position) -> Move:
    return Move(at * STEP, position, (at + 1) * STEP + 2_000, late=False)


def test_a_round_trip_is_filled_at_the_next_opens_and_pays_both_sides() -> None:
    made = account([on_time(1, LONG), on_time(4, FLAT)], BARS, COSTS)
    assert made.fills == (
        Fill(STEP, 2 * STEP, Action.BUY, 103.0, late=False, side=0.001),
        Fill(4 * STEP, 5 * STEP, Action.SELL, 107.0, late=False, side=0.001),
    )
    assert made.curve[-1] == pytest.approx(107 / 103 / 1.001 * 0.999, abs=1e-12)
    assert made.position is FLAT
    assert made.unrealised is None


def test_every_fill_pays_its_own_cost() -> None:
    dear = on_time(1, LONG)._replace(side=0.01)
    made = account([dear, on_time(4, FLAT)], BARS, COSTS)
    assert [fill.side for fill in made.fills] == [0.01, 0.001]
    assert made.curve[-1] == pytest.approx(107 / 103 / 1.01 * 0.999, abs=1e-12)
    (held,) = account([dear], BARS, COSTS).fills
    assert account([dear], BARS, COSTS).unrealised == pytest.approx(110 / (held.price * 1.01) - 1, abs=1e-12)


def test_an_open_position_is_valued_at_the_newest_close() -> None:
    made = account([on_time(5, LONG)], BARS, COSTS)
    assert made.position is LONG
    assert made.unrealised == pytest.approx(110 / (104 * 1.001) - 1, abs=1e-12)
    assert made.curve[-1] == pytest.approx(1 + made.unrealised, abs=1e-12)


def test_a_buy_whose_next_candle_has_not_opened_is_not_filled_yet() -> None:
    made = account([on_time(7, LONG)], BARS, COSTS)
    assert made.fills == ()
    assert made.position is FLAT
    assert made.curve[-1] == 1.0


def test_a_late_decision_is_filled_at_the_first_open_after_it_was_made() -> None:
    late = Move(1 * STEP, LONG, 4 * STEP + 30_000, late=True)
    made = account([late], BARS, COSTS)
    assert made.fills == (Fill(STEP, 5 * STEP, Action.BUY, 107.0, late=True, side=0.001),)


@pytest.mark.parametrize(("seconds", "filled"), [(2, 2), (59, 2), (60, 2), (61, 4), (110, 4)])
def test_a_decision_is_not_filled_in_a_candle_that_was_over_when_it_was_made(
    seconds: int, filled: int
) -> None:
    move = Move(STEP, LONG, 2 * STEP + seconds * 1_000, late=False)
    (fill,) = account([move], BARS, COSTS).fills
    assert fill.time == filled * STEP


def test_a_live_decision_made_beside_late_ones_has_the_last_word() -> None:
    caught_up = 4 * STEP + 1_000
    moves = [
        Move(0, LONG, caught_up, late=True),
        Move(2 * STEP, FLAT, caught_up, late=True),
        Move(3 * STEP, LONG, caught_up, late=False),
    ]
    made = account(moves, BARS, COSTS)
    assert made.fills == (Fill(3 * STEP, 4 * STEP, Action.BUY, 105.0, late=False, side=0.001),)


def test_the_worth_is_the_back_test_engine_over_the_same_decisions() -> None:
    random = np.random.default_rng(3)
    bars = 5_000
    opens = 100 * np.exp(np.cumsum(random.standard_normal(bars) * 0.01))
    wanted = np.cumsum(random.random(bars) < 0.05) % 2 == 1
    changes = np.flatnonzero(np.diff(np.r_[False, wanted].astype(int)))
    moves = [on_time(int(at), LONG if wanted[at] else FLAT) for at in changes]
    market = Bars(np.arange(bars, dtype=np.int64) * STEP, opens, np.r_[opens[1:], opens[-1]])
    made = account(moves, market, COSTS)
    theirs = equity(market.opens, market.closes, wanted, COSTS)
    assert np.abs(made.curve - theirs.curve).max() < 1e-9
    assert np.array_equal(made.wanted, wanted)
    assert len(made.fills) == theirs.fills.sum()
