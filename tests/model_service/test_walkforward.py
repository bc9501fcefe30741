"""The walk-forward replays history as it would have been lived."""

from __future__ import annotations

import json

import numpy as np
import pytest

from market.decision import Position, Status
from market.errors import InvalidInput
from market.interval import Interval
from model_service.card import card
from model_service.spec import SEED_BLOCKS, Spec, plan
from model_service.train import train
from model_service.walkforward import WalkForward, walk_forward
from tests.model_service.markets import QUARTER, random_walk

MARKET = random_walk(9_000, 41, edge=0.2).drop(index=range(6_000, 6_003)).reset_index(drop=True)
SPEC = Spec(QUARTER, kind="logistic", fee_bp=1.0, slippage_bp=0.0)


@pytest.fixture(scope="module")
def walk() -> WalkForward:
    return walk_forward(MARKET, SPEC)


def test_every_bar_after_the_burn_in_is_decided_once(walk: WalkForward) -> None:
    first = plan(len(MARKET), QUARTER).first
    assert walk.open_times.tolist() == MARKET["open_time"].tolist()[first:]
    assert len(walk.rulings) == len(walk.before) == len(walk.scores) == len(walk.curve) == len(walk.features)


def test_positions_follow_the_decisions(walk: WalkForward) -> None:
    assert walk.before[0] is Position.FLAT
    assert [ruling.position_after for ruling in walk.rulings[:-1]] == walk.before[1:]
    assert walk.metrics["net"]["trades"] > 5


def test_folds_follow_one_another_and_learn_from_more_and_more(walk: WalkForward) -> None:
    assert all(a.end < b.start for a, b in zip(walk.folds, walk.folds[1:], strict=False))
    rows = [fold.trained_rows for fold in walk.folds]
    assert rows == sorted(rows)
    assert rows[0] < plan(len(MARKET), QUARTER).first


def test_decisions_after_a_hole_are_suppressed(walk: WalkForward) -> None:
    after = int(np.searchsorted(walk.open_times, MARKET["open_time"][6_000]))
    spoiled = (Status.SUPPRESSED, "contaminated_window")
    found = [(r.status, r.reason) == spoiled for r in walk.rulings[after - 1 : after + 24]]
    # As long as two of the last 24 bars are missing; a single one is within the limit.
    assert found == [False, *[True] * 22, False, False]


def test_the_final_model_and_its_card_are_complete(walk: WalkForward) -> None:
    model = train(MARKET, SPEC, walk.out_of_fold)
    content = card(walk, model, trials=[0.001, -0.002])
    assert json.loads(json.dumps(content, allow_nan=False)) == content
    assert content["verdict"] in {"proven", "not proven", "blocked"}
    assert content["metrics"]["trials"] == 42
    assert content["data"]["sha256"] == walk.data_hash
    assert content["spec"]["interval"] == "15m"
    assert len(content["features"]["code_sha256"]) == 64


def test_progress_reaches_the_end() -> None:
    seen: list[float] = []
    walk_forward(MARKET.iloc[:5_200], SPEC, seen.append)
    assert seen == sorted(seen)
    assert seen[-1] == 1.0


def test_the_default_histories_are_cut_as_documented() -> None:
    hourly, minutes = plan(26_280, Interval("1h")), plan(43_200, Interval("1m"))
    assert (hourly.first, hourly.step) == (8_760, 730)
    assert len(list(hourly.blocks())) - SEED_BLOCKS == 24
    assert (minutes.first, minutes.step) == (17_280, 2_160)
    assert len(list(minutes.blocks())) - SEED_BLOCKS == 12


def test_the_newest_quarter_stays_untouched_and_of_hours_at_most_six_months() -> None:
    for bars, name, untouched in ((26_280, "1h", 4_380), (45_024, "1h", 4_380), (43_200, "1m", 6_480)):
        found = plan(bars, Interval(name))
        assert found.untouched == untouched
        assert found.judged == slice(found.first, bars - untouched)


def test_a_short_history_is_refused_with_a_reason() -> None:
    with pytest.raises(InvalidInput, match="insufficient history: 3000 bars"):
        walk_forward(MARKET.iloc[:3_000], SPEC)
