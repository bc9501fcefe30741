"""Nothing that is judged or chosen knows the untouched period, nor anything after what it is fitted on."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from market.decision import Role
from model_service.card import card, plain
from model_service.jobs import new_job, reported
from model_service.settings import ModelSettings
from model_service.spec import Spec, plan
from model_service.train import train
from model_service.training import Workshop, train_series
from model_service.walkforward import WalkForward, walk_forward
from tests.model_service.made import SERIES, memory_shop
from tests.model_service.markets import QUARTER, random_walk

MARKET = random_walk(9_000, 41, edge=0.2)
SPEC = Spec(QUARTER, kind="logistic", fee_bp=1.0, slippage_bp=0.0)
CUT = plan(9_000, QUARTER).judged.stop


def poisoned(market: pd.DataFrame, start: int) -> pd.DataFrame:
    """The market with everything from a bar on reversed and a thousand times as large."""
    other, columns = market.copy(), ["open", "high", "low", "close", "volume"]
    other.loc[start:, columns] = other.loc[start:, columns].to_numpy()[::-1] * 1e3
    return other


@pytest.fixture(scope="module")
def honest() -> WalkForward:
    return walk_forward(MARKET, SPEC)


@pytest.fixture(scope="module")
def other() -> WalkForward:
    return walk_forward(poisoned(MARKET, CUT), SPEC)


def test_metrics_and_folds_before_the_untouched_period_do_not_know_it(
    honest: WalkForward, other: WalkForward
) -> None:
    assert plain(honest.metrics) == plain(other.metrics)
    figures = [[plain(fold._asdict()) for fold in walk.folds if fold.end < MARKET["open_time"][CUT]]
               for walk in (honest, other)]  # fmt: skip
    assert figures[0] == figures[1]
    np.testing.assert_array_equal(honest.judged_returns, other.judged_returns)
    assert honest.curve[-1] != other.curve[-1]


def trained_card(folder: Path, market: pd.DataFrame) -> Mapping[str, object]:
    """The champion's card after training as a job."""
    shop = memory_shop(folder)
    shop.confirm(market)
    settings = ModelSettings(champion="logistic", challenger="logistic")
    work = Workshop(shop.klines, shop.decisions, shop.shelf, settings)
    with reported(shop.decisions, new_job(SERIES, 1), shop.clock.now) as report:
        train_series(work, SERIES, report, force=True)
    return next(m.card for m in shop.decisions.models(SERIES) if m.role is Role.CHAMPION)


def test_what_a_card_judges_by_does_not_know_the_untouched_period(tmp_path: Path) -> None:
    market, start = MARKET.iloc[:6_000], plan(6_000, QUARTER).judged.stop
    one, two = (
        trained_card(tmp_path / str(i), candles)
        for i, candles in enumerate((market, poisoned(market, start)))
    )
    assert one["data"] != two["data"]
    for name in ("verdict", "reasons", "gates", "metrics", "naive", "monitors", "choice"):
        assert one[name] == two[name], name


def test_folds_inside_the_untouched_period_show_no_score(honest: WalkForward) -> None:
    inside = [fold for fold in honest.folds if fold.start >= MARKET["open_time"][CUT]]
    assert inside
    assert all(np.isnan(fold.accuracy) and np.isnan(fold.auc) for fold in inside)


def test_the_card_judges_before_the_untouched_period_and_says_that_it_is_closed(
    honest: WalkForward, other: WalkForward
) -> None:
    model = train(MARKET, SPEC, honest.out_of_fold)
    contents = [card(walk, model) for walk in (honest, other)]
    for name in ("verdict", "reasons", "gates", "metrics"):
        assert contents[0][name] == contents[1][name]
    assert contents[0]["metrics"]["to"] < contents[0]["untouched_period"]["from"]
    assert contents[0]["untouched_period"] == {
        "state": "closed",
        "from": int(MARKET["open_time"][CUT]),
        "to": int(MARKET["open_time"].iloc[-1]),
        "bars": 9_000 - CUT,
    }


@pytest.mark.parametrize("kind", ["logistic", "lightgbm"])
def test_nothing_fitted_for_a_block_knows_what_comes_after_the_training_part(kind: str) -> None:
    spec, start = Spec(QUARTER, kind=kind), 4_700
    market = random_walk(5_200, 5)
    kept: list[dict[int, object]] = []
    for candles in (market, poisoned(market, start)):
        models: dict[int, object] = {}
        walk_forward(candles, spec, keep=lambda until, model, into=models: into.setdefault(until, model))
        kept.append(models)
    before = [until for until in kept[0] if until < market["open_time"][start]]
    assert len(before) == 2
    for until in before:
        one, two = kept[0][until], kept[1][until]
        assert one.calibration == two.calibration
        assert one.p_min == two.p_min
        np.testing.assert_array_equal(one.lowest, two.lowest)
        np.testing.assert_array_equal(one.probe, two.probe)
        first, second = (each.fitted.raw(one.probe) for each in (one, two))
        for a, b in zip(first, second, strict=True):
            np.testing.assert_array_equal(a, b)
