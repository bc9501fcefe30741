"""A back-test fed live, candle by candle over HTTP, gives the back-test's decisions row for row."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from model_service.replay.rehearsal import Rehearsal, rehearse
from model_service.replay.rows import Difference, compare, expected_rows
from model_service.spec import Spec
from model_service.walkforward import WalkForward, walk_forward
from tests.model_service.made import SERIES, table
from tests.model_service.markets import QUARTER, random_walk

SPEC = Spec(QUARTER, horizon=1, fee_bp=0.1, slippage_bp=0.1)
BARS, BLOCK, LAST = 5_000, 4_950, 160
WILD = BLOCK - 60


def moved(bars: pd.DataFrame, returns: dict[int, float]) -> pd.DataFrame:
    """The market with other returns in some candles; what follows is as it was, from another level."""
    factor = np.ones(len(bars))
    for at, value in returns.items():
        factor[at:] *= (1 + value) * bars["open"].iloc[at] / bars["close"].iloc[at]
    made = bars.copy()
    for name in ("high", "low", "close"):
        made[name] = bars[name] * factor
    made["open"] = bars["open"] * np.r_[1.0, factor[:-1]]
    made["high"] = made[["open", "high", "close"]].max(axis=1)
    made["low"] = made[["open", "low", "close"]].min(axis=1)
    return made


def market() -> pd.DataFrame:
    """A hole, a fall that reaches the stop, and one candle like no other, all near a change of models."""
    fall = {BLOCK + 15 + i: -0.045 for i in range(16)}
    bars = moved(random_walk(BARS + 2, 11, edge=0.5), {WILD: 0.3, **fall})
    bars.loc[WILD, "high"] *= 1.2
    bars.loc[WILD, "volume"] *= 500
    return bars.drop(index=[BLOCK - 100, BLOCK - 99])


@pytest.fixture(scope="module")
def walk() -> WalkForward:
    return walk_forward(market(), SPEC)


@pytest.fixture(scope="module")
def rehearsal(tmp_path_factory: pytest.TempPathFactory) -> Rehearsal:
    return rehearse(table(market()), SERIES, SPEC, tmp_path_factory.mktemp("models"), last=LAST)


def test_candles_fed_live_give_the_decisions_of_the_back_test_row_for_row(
    rehearsal: Rehearsal, walk: WalkForward
) -> None:
    assert rehearsal.differences == []
    assert (rehearsal.compared, rehearsal.one_by_one) == (len(walk.rulings), LAST)
    assert rehearsal.models == len(walk.folds)


def test_the_candles_fed_one_by_one_hold_what_makes_live_hard(walk: WalkForward) -> None:
    fed = slice(-LAST, None)
    reasons = {ruling.reason for ruling in walk.rulings[fed]}
    assert {"stop_loss", "out_of_distribution", "contaminated_window", "expected_gain_above_cost"} <= reasons
    changes = [fold.start for fold in walk.folds if fold.start > walk.open_times[-LAST]]
    assert changes, "no change of models among the candles fed one by one"


def test_a_planted_difference_is_named(walk: WalkForward) -> None:
    found = [{**row, "explanation": {"features": row["features"]}} for row in expected_rows(walk)]
    assert compare(expected_rows(walk), found) == ([], 0)
    at = found[7]["open_time"]
    found[7] = {**found[7], "action": "KEEP", "probability": found[7]["probability"] + 3e-9}
    late = found.pop(9)
    assert compare(expected_rows(walk), found) == (
        [
            Difference(at, "action", walk.rulings[7].action.value, "KEEP"),
            Difference(at, "probability", *(row["probability"] for row in (_expected(walk, 7), found[7]))),
            Difference(late["open_time"], "decision", late["action"], None),
        ],
        1,
    )


def _expected(walk: WalkForward, at: int) -> dict[str, Any]:
    return list(expected_rows(walk))[at]
