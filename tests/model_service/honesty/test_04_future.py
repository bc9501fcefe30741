"""4. A future that is cut off, poisoned or shuffled changes nothing that was computed before it."""

from __future__ import annotations

from decimal import Decimal

import numpy as np
import pandas as pd
import pytest

from market.features import FEATURES, features
from market.tick import Tick
from model_service.honesty.causality import future_in_features
from model_service.honesty.suspect import Suspect
from model_service.spec import Spec
from model_service.walkforward import WalkForward, walk_forward
from tests.model_service.markets import QUARTER, random_walk

MARKET = random_walk(9_000, 5)
SPEC = Spec(QUARTER, kind="logistic")
COLUMNS = ["open", "high", "low", "close", "volume"]
CUT = 7_500


def futures() -> dict[str, pd.DataFrame]:
    poisoned, shuffled = MARKET.copy(), MARKET.copy()
    poisoned.loc[CUT:, COLUMNS] *= 1e6
    shuffled.loc[CUT:, COLUMNS] = MARKET.loc[CUT:, COLUMNS].sample(frac=1, random_state=2).to_numpy()
    return {"poisoned": poisoned, "shuffled": shuffled}


@pytest.fixture(scope="module")
def walk() -> WalkForward:
    return walk_forward(MARKET, SPEC)


def test_no_feature_reads_the_future() -> None:
    assert future_in_features(Suspect(MARKET, SPEC)) == []
    assert tuple(features(MARKET).columns) == FEATURES


@pytest.mark.parametrize("future", ["poisoned", "shuffled"])
def test_scores_and_decisions_of_the_past_stay_to_the_bit(walk: WalkForward, future: str) -> None:
    other = walk_forward(futures()[future], SPEC)
    same = int(np.searchsorted(walk.open_times, MARKET["open_time"][CUT]))
    assert same > 2_000
    for name in ("probability", "expected_gain", "gain_low", "gain_high"):
        one, two = getattr(walk.scores, name)[:same], getattr(other.scores, name)[:same]
        assert one.tobytes() == two.tobytes(), name
    assert walk.rulings[:same] == other.rulings[:same]


def test_a_history_that_ends_there_gives_the_same_rows() -> None:
    np.testing.assert_array_equal(features(MARKET.iloc[:CUT]), features(MARKET).iloc[:CUT])


def test_what_the_book_says_after_a_close_changes_no_older_row() -> None:
    bars = MARKET.assign(close_time=MARKET["open_time"] + QUARTER.typical_ms - 1).iloc[:3_000]
    random = np.random.default_rng(4)
    ticks = [book(int(time) + 60_000, random) for time in bars["open_time"]]
    cut = 2_500
    close = int(bars["close_time"].iloc[cut])
    whole = features(bars, ticks, ("book",)).iloc[: cut + 1]
    assert whole["book_spread"].iloc[-1] > 0
    later = [book(close + 1 + i, random) for i in range(500)]
    for other in (
        [tick for tick in ticks if tick.time <= close],
        [*(tick for tick in ticks if tick.time <= close), *later],
    ):
        pd.testing.assert_frame_equal(features(bars, other, ("book",)).iloc[: cut + 1], whole)


def book(time: int, random: np.random.Generator) -> Tick:
    price, spread = 30_000 + random.normal(), random.uniform(1, 5)
    numbers = (price, random.uniform(1, 9), price + spread, random.uniform(1, 9), price)
    return Tick("simulated", "ETHUSDT", time, *(Decimal(f"{number:.6f}") for number in numbers))
