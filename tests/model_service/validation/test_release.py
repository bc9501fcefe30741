"""The untouched period is opened once per release, and the card says so."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from market.decision import Role
from market.ports import OpenedPeriod
from model_service.commands.release import in_words
from model_service.jobs import new_job, reported
from model_service.settings import ModelSettings
from model_service.spec import plan
from model_service.training import Workshop, train_series
from model_service.validation.opened import VERSION
from model_service.validation.release import open_untouched
from tests.model_service.made import SERIES, Shop, memory_shop
from tests.model_service.markets import QUARTER, random_walk

MARKET = random_walk(6_200, 11, edge=0.2)
BEGAN = int(MARKET["open_time"][plan(6_200, QUARTER).judged.stop])


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Shop:
    made = memory_shop(tmp_path_factory.mktemp("models"))
    made.confirm(MARKET)
    return made


def workshop(shop: Shop) -> Workshop:
    settings = ModelSettings(champion="logistic", challenger="logistic")
    return Workshop(shop.klines, shop.decisions, shop.shelf, settings)


def train(shop: Shop) -> None:
    shop.clock.time += 1
    with reported(shop.decisions, new_job(SERIES, shop.clock.time), shop.clock.now) as report:
        train_series(workshop(shop), SERIES, report, force=True)


def entry(shop: Shop) -> dict[str, object]:
    """What the card of the model in charge says."""
    models = shop.decisions.models(SERIES)
    return next(dict(m.card["untouched_period"]) for m in models if m.role is Role.CHAMPION)  # type: ignore[call-overload]


def open_it(shop: Shop, now: int, ran: list[float]) -> OpenedPeriod:
    return open_untouched(workshop(shop), SERIES, Role.CHAMPION, now, ran.append)


def test_a_release_opens_its_period_once_and_its_cards_show_it(shop: Shop) -> None:
    train(shop)
    assert entry(shop)["state"] == "closed"
    ran: list[float] = []
    first = open_it(shop, 7, ran)
    assert (first.start, first.end) == (BEGAN, int(MARKET["open_time"].iloc[-1]))
    assert first.metrics["scores"]["n"] < first.metrics["bars"]  # type: ignore[index]
    assert ran[-1] == 1.0

    again: list[float] = []
    assert open_it(shop, 99, again) == first
    assert again == [], "a second opening computes nothing"
    assert entry(shop)["state"] == "opened"
    assert entry(shop)["opened_at"] == 7

    train(shop)
    assert entry(shop)["metrics"] == first.metrics
    lines = in_words(SERIES, Role.CHAMPION, first)
    assert lines[0].startswith(f"{SERIES} champion: release 0.1.0+")
    assert "buy-and-hold" in lines[-1]


def test_a_release_bears_the_version_of_the_project() -> None:
    project = tomllib.loads((Path(__file__).parents[3] / "pyproject.toml").read_text(encoding="utf-8"))[
        "project"
    ]
    assert project["version"] == VERSION


def test_what_the_card_judged_by_ends_where_the_period_begins(shop: Shop) -> None:
    run = shop.decisions.backtests(SERIES)[0]
    assert int(run.metrics["to"]) < BEGAN  # type: ignore[call-overload]
    assert run.end == int(MARKET["open_time"].iloc[-1])


def test_opening_a_period_without_a_training_before_counts_as_a_trial(tmp_path: Path) -> None:
    fresh = memory_shop(tmp_path)
    fresh.confirm(MARKET)
    found = open_it(fresh, 7, [])
    assert len(fresh.decisions.record_trial(SERIES, "another", 0.0, 8)) == 1
    assert found.metrics["bars"] == 6_200 - plan(6_200, QUARTER).judged.stop
