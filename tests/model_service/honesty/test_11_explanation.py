"""11. Every stored decision explains itself, and its stored features give its score again."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest

from market.features import FEATURES
from market.interval import DAY
from market.ports import Decided
from model_service.registry import Shelf
from tests.model_service.honesty.live import LIVE, begun, ledger, lived
from tests.model_service.made import Shop


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("models")


@pytest.fixture(scope="module")
def shop(folder: Path) -> Shop:
    made = begun(folder)
    lived(made, 0, LIVE)
    return made


@pytest.fixture(scope="module")
def stored(shop: Shop) -> list[Decided]:
    return ledger(shop)


def test_base_and_contributions_add_up_to_the_score(stored: list[Decided]) -> None:
    assert len(stored) == LIVE
    for decision in (each.decision for each in stored):
        score = decision.base + math.fsum(decision.contributions.values())
        odds = math.log(decision.probability / (1 - decision.probability))
        assert score == pytest.approx(odds, abs=1e-6)
        assert set(decision.contributions) == set(FEATURES)


def test_a_day_later_a_fresh_process_gives_the_same_score(
    shop: Shop, stored: list[Decided], folder: Path
) -> None:
    shop.clock.time += DAY
    (record,) = shop.decisions.models(active_only=True)
    model = Shelf(folder).load(record)
    for decision in (each.decision for each in stored):
        row = np.array([[decision.features[name] for name in FEATURES]], dtype=np.float64)
        again = model.score(row).at(0)
        assert again.probability == decision.probability
        assert again.expected_gain == decision.expected_gain
