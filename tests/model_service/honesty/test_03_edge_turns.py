"""3. An edge turns round: a frozen model loses, refits on new candles recover, the monitors fire."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from market.interval import Interval
from model_service.evaluate import auc
from model_service.lifecycle.measures import bounds, measures, within
from model_service.lifecycle.refits import FROZEN, Lived, Refit, live_through
from model_service.lifecycle.regimes import FLIP, regimes
from model_service.matrix import history
from model_service.spec import Spec, plan

HOUR = Interval("1h")
BARS, TURN = 21_000, 15_000
QUARTER_YEAR, STRETCH = 2_190, 720
SPEC = Spec(HOUR, horizon=1, fee_bp=0.5, slippage_bp=0.0, kind="logistic")


@pytest.fixture(scope="module")
def lived() -> dict[str, Lived]:
    known = history(regimes(BARS, TURN, HOUR)[FLIP], SPEC)
    cuts = replace(plan(BARS, HOUR), untouched=0)
    habits = (FROZEN, Refit("refit", window=QUARTER_YEAR))
    return {habit.name: live_through(known, cuts, SPEC, habit) for habit in habits}


def rows(one: Lived, start: int, end: int) -> np.ndarray:
    """Judged bars from `start` to before `end`, counted from the turn, whose gain is known."""
    at = np.arange(len(one.net)) + BARS - len(one.net) - TURN
    return (at >= start) & (at < end) & np.isfinite(one.judged.gain) & np.isfinite(one.judged.probability)


def area(one: Lived, start: int, end: int) -> float:
    judged = one.judged.part(rows(one, start, end))
    return auc(judged.probability, (judged.gain > 0).astype(float))


def test_a_frozen_model_was_right_and_is_wrong_after_the_turn(lived: dict[str, Lived]) -> None:
    frozen = lived["frozen"]
    assert area(frozen, -5_000, 0) > 0.56
    assert area(frozen, 0, 6_000) < 0.44
    assert np.log1p(frozen.net[rows(frozen, -5_000, 0)]).sum() > 0
    assert np.log1p(frozen.net[rows(frozen, 0, 6_000)]).sum() < 0


def test_a_refit_model_recovers_within_three_months(lived: dict[str, Lived]) -> None:
    refit = lived["refit"]
    assert area(refit, 0, STRETCH) < 0.5
    assert area(refit, QUARTER_YEAR, QUARTER_YEAR + 2 * STRETCH) > 0.54
    assert area(refit, 2 * QUARTER_YEAR, 6_000) > 0.56


def test_the_monitors_fire_after_the_turn_and_not_before(lived: dict[str, Lived]) -> None:
    frozen = lived["frozen"].judged
    turned = rows(lived["frozen"], 0, STRETCH)
    calm = rows(lived["frozen"], -STRETCH, 0)
    limits = bounds(frozen.part(rows(lived["frozen"], -BARS, 0)), STRETCH)
    before, after = measures(frozen.part(calm)), measures(frozen.part(turned))
    for name in ("brier_skill", "calibration_slope"):
        assert within(before[name], limits[name]), name
        assert not within(after[name], limits[name]), name
    assert after["calibration_slope"] < 0.5
