"""How refits keep up with markets whose truth is known, and what the monitors say meanwhile."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from market.interval import Interval
from model_service.lifecycle.adaptability import Line, adaptability, as_json, in_regimes
from model_service.lifecycle.measures import measures
from model_service.lifecycle.refits import EXPANDING, FROZEN, Refit, live_through
from model_service.lifecycle.regimes import EDGE, FLIP, RANDOM_WALK, regimes
from model_service.matrix import History, history
from model_service.spec import Plan, Spec, plan
from tests.model_service.markets import random_walk

HOUR = Interval("1h")
SPEC = Spec(HOUR, horizon=1, kind="logistic")
BARS, TURN = 10_000, 7_000


def quiet(_at: str, _done: float) -> None:
    """Progress that nobody watches."""


@pytest.fixture(scope="module")
def turning() -> tuple[History, Plan]:
    known = history(regimes(BARS, TURN, HOUR)[FLIP], SPEC)
    return known, replace(plan(BARS, HOUR), untouched=0)


def test_after_a_turn_frozen_loses_and_refits_on_three_months_recover_within_three(
    turning: tuple[History, Plan],
) -> None:
    known, cuts = turning
    after = {}
    for habit in (FROZEN, Refit("rolling 3 months", window=2_190)):
        lived = live_through(known, cuts, SPEC, habit)
        begin = TURN + 2_190 - cuts.first
        after[habit.name] = measures(lived.judged.part(slice(begin, -2)))["brier_skill"]
        assert lived.net[TURN - cuts.first : begin].sum() < 0
    assert after["frozen"] < -0.04
    assert after["rolling 3 months"] > 0.005


def test_regimes_are_what_they_claim() -> None:
    for name, wanted in ((RANDOM_WALK, 0.5), (EDGE, 0.599)):
        klines = regimes(20_000, 10_000, HOUR)[name]
        moves = np.sign((klines["close"] / klines["open"] - 1).to_numpy())
        assert np.mean(moves[1:] == -moves[:-1]) == pytest.approx(wanted, abs=0.012)


def test_a_market_is_told_as_a_whole_by_terciles_and_by_its_parts() -> None:
    spec = Spec(Interval("15m"), kind="logistic")
    lines = adaptability(random_walk(8_000, 3, edge=0.25), spec, "made", quiet)
    whole = {each.refit: each for each in lines if each.by == "all"}
    assert set(whole) == {"frozen", "expanding", "rolling"}
    for refit, line in whole.items():
        mine = [each for each in lines if each.refit == refit]
        for by in ("volatility", "trend", "month"):
            parts = [each for each in mine if each.by == by]
            assert sum(each.n for each in parts) == pytest.approx(line.n, abs=10)
            assert sum(each.net_bp for each in parts) == pytest.approx(line.net_bp, abs=1)
    assert {each.part for each in lines if each.by == "trend"} == {"falling", "flat", "rising"}


def test_the_first_block_is_the_same_under_every_habit() -> None:
    spec = Spec(Interval("15m"), kind="logistic")
    known = history(random_walk(7_000, 3), spec)
    cuts = plan(7_000, spec.interval)
    frozen, expanding = (live_through(known, cuts, spec, habit).judged for habit in (FROZEN, EXPANDING))
    first, later = slice(0, cuts.step), slice(cuts.step, 2 * cuts.step)
    assert np.array_equal(frozen.probability[first], expanding.probability[first], equal_nan=True)
    assert not np.array_equal(frozen.probability[later], expanding.probability[later], equal_nan=True)


def test_the_untouched_period_stays_closed() -> None:
    spec = Spec(Interval("15m"), kind="logistic")
    bars = random_walk(7_000, 3)
    cuts = plan(7_000, spec.interval)
    lived = live_through(history(bars, spec), cuts, spec, EXPANDING)
    spoilt = bars.copy()
    spoilt.loc[cuts.judged.stop :, ["open", "high", "low", "close"]] *= 3
    again = live_through(history(spoilt, spec), cuts, spec, EXPANDING)
    assert len(lived.net) == cuts.judged.stop - cuts.first
    for one, other in zip(
        (lived.net, lived.judged.probability, lived.judged.gain),
        (again.net, again.judged.probability, again.judged.gain),
        strict=True,
    ):
        assert np.array_equal(one, other, equal_nan=True)


def test_a_random_walk_teaches_nothing_under_any_habit() -> None:
    for each in in_regimes(SPEC, quiet, [RANDOM_WALK]):
        assert each.auc == pytest.approx(0.5, abs=0.025)
        assert each.net_bp < 500


def test_lines_are_plain_values() -> None:
    line = Line("m", "frozen", "month", "2020-01", 3, float("nan"), 0.1, 1.0, -2.0)
    assert as_json([line])[0]["auc"] is None
    assert as_json([line])[0]["net_bp"] == -2.0
