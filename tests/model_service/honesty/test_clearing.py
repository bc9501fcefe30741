"""A score too good to be true blocks a model; the leak suite, and nothing else, releases it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from market.decision import Role
from market.ports import EventKind
from market.store.memory_decisions import MemoryDecisionStore
from market.store.memory_lifecycle import MemoryLifecycleStore
from model_service.honesty.clearing import Examined, clear, examine_series, is_blocked
from model_service.jobs import new_job, reported
from model_service.registry import Shelf
from model_service.settings import ModelSettings
from model_service.training import Workshop, train_series
from tests.model_service.made import SERIES, Shop, memory_shop
from tests.model_service.markets import drifting_walk

# A drift that shows for hours: a real edge, larger than any that markets have.
MARKET, _ = drifting_walk(6_500, 3, strength=0.0004)
CHAMPION = Role.CHAMPION
SETTINGS = ModelSettings(champion="logistic")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("models")


@pytest.fixture(scope="module")
def shop(folder: Path) -> Shop:
    made = memory_shop(folder)
    made.confirm(MARKET)
    return made


@pytest.fixture(scope="module")
def work(shop: Shop) -> Workshop:
    made = Workshop(shop.klines, shop.decisions, shop.shelf, SETTINGS)
    with reported(made.decisions, new_job(SERIES, 1), shop.clock.now) as report:
        train_series(made, SERIES, report, force=False)
    return made


@pytest.fixture(scope="module")
def examined(work: Workshop) -> Examined:
    return examine_series(work, SERIES, CHAMPION)


def test_an_incredible_score_is_blocked_and_found_clean(examined: Examined) -> None:
    assert is_blocked(examined.record)
    assert {finding.check: finding.faults for finding in examined.findings if finding.faults} == {}
    assert examined.clean


def test_a_clean_blocked_model_is_put_in_charge_with_what_was_examined(
    shop: Shop, work: Workshop, examined: Examined
) -> None:
    assert examined.record is not None
    assert isinstance(shop.decisions, MemoryDecisionStore)
    assert [each.role for each in shop.decisions.models(active_only=True)] == []
    life = MemoryLifecycleStore(shop.decisions)
    placed = clear(life, examined.record, examined.findings, 77)
    (active,) = shop.decisions.models(active_only=True)
    assert (active.model_id, active.activated_at) == (placed.model_id, 77)
    card: Any = active.card
    assert card["verdict"] in {"proven", "not proven"}
    assert "fill_in_same_bar" in card["leak_suite"]["checks"]
    assert [(event.kind, event.time) for event in life.events()] == [(EventKind.CLEARED, 77)]
    assert not is_blocked(active)


def test_a_card_with_another_score_than_the_candles_give_is_caught(
    work: Workshop, examined: Examined
) -> None:
    assert examined.record is not None
    card: Any = dict(examined.record.card)
    card["metrics"] = {**card["metrics"], "scores": {**card["metrics"]["scores"], "accuracy": 0.56}}
    work.decisions.save_model(replace(examined.record, card=card))
    found = examine_series(work, SERIES, CHAMPION)
    assert not found.clean
    (fault,) = next(each.faults for each in found.findings if each.check == "score_not_reproduced")
    assert fault.startswith("accuracy is 0.56 on the card")


def test_a_series_without_a_model_is_examined_too(shop: Shop, tmp_path: Path) -> None:
    other = memory_shop(tmp_path)
    other.confirm(MARKET)
    work = Workshop(other.klines, other.decisions, Shelf(tmp_path), SETTINGS)
    found = examine_series(work, SERIES, CHAMPION)
    assert found.record is None
    assert found.clean
