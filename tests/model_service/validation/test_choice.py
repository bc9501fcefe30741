"""Parameters are chosen before the first test block, among declared ones, and every one tried is counted."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from market.decision import Role
from market.errors import InvalidInput
from model_service.commands.choose import in_words
from model_service.matrix import history
from model_service.models import FIXED, MODELS, parameters
from model_service.settings import ModelSettings
from model_service.spec import Spec, plan
from model_service.training import Workshop
from model_service.validation.choice import CHOSEN, Choice, choose, settled
from model_service.validation.choosing import seek
from model_service.validation.trials import fingerprint, record_trials
from model_service.walkforward import WalkForward, walk_forward
from tests.model_service.made import SERIES, memory_shop
from tests.model_service.markets import QUARTER, random_walk
from tests.model_service.validation.test_untouched import poisoned

MARKET = random_walk(9_000, 41, edge=0.2)
SPEC = Spec(QUARTER, kind="logistic", fee_bp=1.0, slippage_bp=0.0, parameters=CHOSEN)
CUTS = plan(9_000, QUARTER)
FIRST = next(CUTS.blocks())[0]


@pytest.fixture(scope="module")
def choice() -> Choice:
    return choose(history(MARKET, SPEC), FIRST, SPEC)


@pytest.fixture(scope="module")
def walk() -> WalkForward:
    return walk_forward(MARKET, SPEC)


def test_every_declared_set_is_tried_and_one_of_them_chosen(choice: Choice) -> None:
    declared = [FIXED, *MODELS["logistic"].GRID]
    assert [each.name for each in choice.tried] == declared
    assert choice.name in declared
    assert 0 <= choice.overfitting <= 1
    assert choice.tried[0].error == 0.0
    assert choice.end < int(MARKET["open_time"][FIRST])
    assert len(in_words(choice)) == len(declared) + 1


def test_the_choice_knows_nothing_from_the_first_test_block_on(choice: Choice) -> None:
    other = poisoned(MARKET, FIRST)
    assert choose(history(other, SPEC), FIRST, SPEC) == choice


def test_another_set_is_taken_only_when_it_is_surely_better(choice: Choice) -> None:
    best = max(choice.tried, key=lambda each: each.skill)
    if choice.name != best.name:
        assert choice.name == FIXED
    helped = replace(SPEC, kind="logistic")
    assert settled(history(MARKET, helped), CUTS, replace(helped, parameters=FIXED)) == (
        replace(helped, parameters=FIXED),
        None,
    )


def test_what_was_chosen_stays_for_the_whole_walk_forward(walk: WalkForward, choice: Choice) -> None:
    assert walk.choice == choice
    assert walk.spec == replace(SPEC, parameters=choice.name)
    named = walk_forward(MARKET, walk.spec)
    assert named.rulings == walk.rulings
    assert named.choice is None


def test_every_set_tried_is_a_trial(walk: WalkForward, tmp_path: Path) -> None:
    shop = memory_shop(tmp_path)
    others = record_trials(shop.decisions, SERIES, walk, now=1)
    assert len(others) == len(MODELS["logistic"].GRID)
    assert record_trials(shop.decisions, SERIES, walk, now=2) == others
    assert len({fingerprint(replace(SPEC, parameters=each.name)) for each in walk.choice.tried}) == 4  # type: ignore[union-attr]


def test_seeking_alone_counts_too(tmp_path: Path) -> None:
    shop = memory_shop(tmp_path)
    shop.confirm(MARKET.iloc[:6_000])
    work = Workshop(shop.klines, shop.decisions, shop.shelf, ModelSettings(champion="logistic"))
    found = seek(work, SERIES, Role.CHAMPION, now=1)
    assert len(shop.decisions.record_trial(SERIES, "f" * 64, 0.0, 2)) == len(found.tried)


@pytest.mark.parametrize("kind", sorted(MODELS))
def test_parameters_that_are_not_declared_are_refused(kind: str) -> None:
    assert parameters(kind, FIXED) == {}
    assert all(parameters(kind, name) for name in MODELS[kind].GRID)
    with pytest.raises(InvalidInput, match="unknown parameters 'best'"):
        parameters(kind, "best")
