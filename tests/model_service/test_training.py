"""Training a series as a job: what it leaves behind, and what a failure leaves alone."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from market.decision import Origin, Role
from market.documents.calibration import calibration_documents
from market.documents.models import NAIVE, model_document
from market.documents.stream import leaves
from market.errors import InvalidInput, StoreUnavailable
from market.ports import BacktestRun, Decided, DecisionFilter
from model_service.card import PRIOR_TRIALS
from model_service.jobs import new_job, reported
from model_service.settings import ModelSettings
from model_service.training import Workshop, train_series
from tests.model_service.made import SERIES, Shop, memory_shop
from tests.model_service.markets import random_walk

MARKET = random_walk(6_200, 11, edge=0.3)


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> tuple[Shop, Workshop]:
    shop = memory_shop(tmp_path_factory.mktemp("models"))
    shop.confirm(MARKET)
    work = Workshop(shop.klines, shop.decisions, shop.shelf, ModelSettings())
    run(shop, work)
    return shop, work


def run(shop: Shop, work: Workshop, *, force: bool = False) -> str:
    shop.clock.time += 1
    job = new_job(SERIES, shop.clock.time)
    with reported(work.decisions, job, shop.clock.now) as report:
        train_series(work, SERIES, report, force=force)
    return next(each.state for each in work.decisions.jobs() if each.job_id == job.job_id)


def test_champion_and_challenger_are_registered_with_their_back_tests(trained: tuple[Shop, Workshop]) -> None:
    shop, _ = trained
    models = {model.role: model for model in shop.decisions.models(active_only=True)}
    runs = {each.role: each for each in shop.decisions.backtests()}
    assert {role: model.kind for role, model in models.items()} == {
        Role.CHAMPION: "lightgbm", Role.CHALLENGER: "logistic",
    }  # fmt: skip
    for role, model in models.items():
        assert model.card["backtest_run"] == runs[role].run_id
        assert model.train_end == int(MARKET["open_time"].iloc[-1])
        assert shop.shelf.holds(model)
        assert len(runs[role].equity) > 100


def test_a_card_carries_what_its_documents_are_made_from(trained: tuple[Shop, Workshop]) -> None:
    shop, _ = trained
    for model in shop.decisions.models(active_only=True):
        shown = leaves(model_document(model).body)
        assert shown.keys() >= {f"model.{name}" for name in NAIVE}
        assert shown["model.trials"] >= PRIOR_TRIALS
        bins = [leaves(each.body) for each in calibration_documents(model)]
        assert sum(each["calibration.n"] for each in bins) == shown["model.samples"]
        assert all(each["calibration.low"] <= each["calibration.high"] for each in bins)
        assert len(bins) == 10


def test_every_candle_after_the_burn_in_has_its_walk_forward_decision(trained: tuple[Shop, Workshop]) -> None:
    shop, _ = trained
    decided = shop.decisions.read(DecisionFilter(origins=(Origin.BACKTEST,), limit=10_000))
    first = decided[0].decision.open_time
    assert [d.decision.open_time for d in decided] == [t for t in MARKET["open_time"] if t >= first]
    assert len(decided) > 2_000
    assert [d.outcome is None for d in decided[-6:]] == [False, *[True] * 5]
    assert decided[0].outcome is not None


def test_a_current_model_is_not_trained_again(trained: tuple[Shop, Workshop]) -> None:
    shop, work = trained
    before = shop.decisions.models()
    assert run(shop, work) == "skipped"
    assert shop.decisions.models() == before


def test_a_failure_leaves_the_old_models_in_charge(trained: tuple[Shop, Workshop]) -> None:
    shop, work = trained

    class Failing:
        def __getattr__(self, name: str) -> Any:
            if name == "save_backtest":
                raise StoreUnavailable("the database went away")
            return getattr(shop.decisions, name)

    before = shop.decisions.models()
    with pytest.raises(StoreUnavailable):
        run(shop, replace(work, decisions=Failing()), force=True)
    assert shop.decisions.models() == before
    newest = shop.decisions.jobs()[0]
    assert (newest.state, newest.message) == ("failed", "the database went away")


def test_too_short_a_history_is_refused_with_a_reason(tmp_path: Path) -> None:
    shop = memory_shop(tmp_path)
    work = Workshop(shop.klines, shop.decisions, shop.shelf, ModelSettings())
    with pytest.raises(InvalidInput, match="insufficient history: 0 bars"):
        run(shop, work)
    shop.confirm(MARKET[:3_000])
    with pytest.raises(InvalidInput, match="insufficient history: 3000 bars"):
        run(shop, work)
    assert shop.decisions.jobs()[0].state == "failed"
    assert shop.decisions.models() == []


def test_a_longer_history_is_learnt_from_its_newest_bars_only(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("model_service.training.MAXIMUM_BARS", 5_100)
    shop = memory_shop(tmp_path)
    shop.confirm(MARKET)
    run(shop, Workshop(shop.klines, shop.decisions, shop.shelf, ModelSettings()))
    window = shop.decisions.models()[0].card["window"]
    assert (window["bars"], window["end"]) == (5_100, int(MARKET["open_time"].iloc[-1]))


def test_another_challenger_is_a_setting(tmp_path: Path) -> None:
    shop = memory_shop(tmp_path)
    shop.confirm(MARKET[:5_100])
    settings = ModelSettings(champion="logistic", challenger="hist_gradient_boosting")
    run(shop, Workshop(shop.klines, shop.decisions, shop.shelf, settings))
    kinds = {model.role: model.kind for model in shop.decisions.models(active_only=True)}
    assert kinds == {Role.CHAMPION: "logistic", Role.CHALLENGER: "hist_gradient_boosting"}
    assert all(shop.shelf.holds(model) for model in shop.decisions.models())
    with pytest.raises(ValidationError, match="challenger"):
        ModelSettings(challenger="oracle")


def test_a_model_whose_place_went_to_another_kind_meanwhile_does_not_take_it_back(tmp_path: Path) -> None:
    shop = memory_shop(tmp_path)
    shop.confirm(MARKET[:5_100])
    work = Workshop(shop.klines, shop.decisions, shop.shelf, ModelSettings(champion="logistic"))
    run(shop, work)
    champion = next(each for each in shop.decisions.models(active_only=True) if each.role is Role.CHAMPION)

    class Promoting:
        def __getattr__(self, name: str) -> Any:
            return getattr(shop.decisions, name)

        def save_backtest(self, run: BacktestRun, decided: Iterable[Decided]) -> None:
            moved = {"kind": "lightgbm", "model_id": "moved", "card": {**champion.card, "promoted": True}}
            shop.decisions.save_model(replace(champion, **moved))
            shop.decisions.save_backtest(run, decided)

    with pytest.raises(InvalidInput, match="champion became lightgbm while a logistic was trained"):
        run(shop, replace(work, decisions=Promoting()), force=True)
    active = {each.role: each.model_id for each in shop.decisions.models(active_only=True)}
    assert active[Role.CHAMPION] == "moved"
