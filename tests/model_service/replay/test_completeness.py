"""One decision for every confirmed candle, whatever ends the scorer; and a paper account of just those."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from market.decision import Decision, Position, Role
from market.errors import StoreUnavailable
from market.ports import DecisionFilter
from model_service.backtest import equity
from model_service.routes.paper import account_view
from model_service.spec import Spec
from model_service.track.profit import followed
from model_service.train import train
from model_service.trained import TrainedModel
from tests.model_service.made import SERIES, Shop, memory_shop
from tests.model_service.markets import QUARTER, random_walk

TRAINED, DECIDED = 6_000, 60
MARKET = random_walk(TRAINED + DECIDED + 10, 11, edge=0.5)
TIMES = [int(time) for time in MARKET["open_time"]]
SPEC = Spec(QUARTER, horizon=1, fee_bp=0.1, slippage_bp=0.1)


@pytest.fixture(scope="module")
def model() -> TrainedModel:
    return train(MARKET[:TRAINED], SPEC)


@pytest.fixture
def shop(tmp_path: Path, model: TrainedModel) -> Shop:
    made = memory_shop(tmp_path)
    made.confirm(MARKET[:TRAINED])
    made.register(model, "m1", TIMES[0], TIMES[TRAINED - 1])
    return made


def ledger(shop: Shop) -> list[Decision]:
    return [each.decision for each in shop.decisions.read(DecisionFilter(limit=1_000))]


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_kills_and_outages_leave_one_decision_for_every_confirmed_candle(shop: Shop, seed: int) -> None:
    chance = random.Random(seed)
    at, scorer = TRAINED, shop.scorer()
    while at < TRAINED + DECIDED:
        candles = chance.choice([1, 1, 1, 5])
        shop.clock.time = TIMES[at + candles] + 1_000
        shop.confirm(MARKET[at : at + candles])
        at += candles
        fate = chance.choice(["works", "works", "down", "killed before", "killed after"])
        if fate == "works":
            scorer.step()
        elif fate != "down":
            dying = shop.scorer(_Dying(shop.decisions, after=fate == "killed after"))
            with pytest.raises(StoreUnavailable):
                dying.step()
            scorer = shop.scorer()
    scorer.catch_up()
    assert [each.open_time for each in ledger(shop)] == TIMES[TRAINED:at]
    assert shop.decisions.verify(SERIES, Role.CHAMPION) == []


def test_following_a_ledger_on_paper_is_the_back_test_of_its_decisions(shop: Shop) -> None:
    scorer = shop.scorer()
    for at in range(TRAINED, TRAINED + DECIDED):
        shop.clock.time = TIMES[at + 1] + 1_000
        shop.confirm(MARKET[at : at + 1])
        scorer.step()
    found = followed(shop.klines, shop.decisions, SERIES, Role.CHAMPION)
    assert found is not None
    account, bars, _ = found
    wanted = np.array([each.position_after is Position.LONG for each in ledger(shop)])
    theirs = equity(bars.opens, bars.closes, wanted, SPEC.costs)
    assert 5 < len(account.fills) == theirs.fills.sum()
    assert np.abs(account.curve - theirs.curve).max() < 1e-9
    view = account_view(account, 2)
    assert [fill["time"] for fill in view["fills"]] == [account.fills[-1].time, account.fills[-2].time]
    assert view["worth"] == pytest.approx(theirs.curve[-1], abs=1e-9)


class _Dying:
    """A store whose caller dies at the append: before anything was written, or after all of it was."""

    def __init__(self, store: Any, *, after: bool) -> None:
        self._store, self._after = store, after

    def append(self, decisions: Any) -> int:
        if self._after:
            self._store.append(decisions)
        raise StoreUnavailable("the process was killed")

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)
