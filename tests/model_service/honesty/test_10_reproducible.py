"""10. The same candles give the same model; a changed candle or file does not go unnoticed."""

from __future__ import annotations

import pickle  # noqa: TID251  (to plant one)
from hashlib import sha256
from pathlib import Path

import pytest

from market.errors import ModelRefused
from model_service.matrix import data_hash
from model_service.spec import Spec
from model_service.train import train
from model_service.trained import TrainedModel, load
from tests.model_service.markets import QUARTER, random_walk

MARKET, SPEC = random_walk(6_000, 7), Spec(QUARTER)


@pytest.fixture(scope="module")
def model() -> TrainedModel:
    return train(MARKET, SPEC)


def test_training_twice_gives_the_same_files(model: TrainedModel, tmp_path: Path) -> None:
    assert model.save(tmp_path / "one") == train(MARKET, SPEC).save(tmp_path / "two")


def test_one_changed_candle_is_another_history_and_another_model(model: TrainedModel, tmp_path: Path) -> None:
    changed = MARKET.copy()
    changed.loc[5_000, "close"] *= 1.0001
    assert data_hash(changed) != data_hash(MARKET)
    assert train(changed, SPEC).save(tmp_path / "two") != model.save(tmp_path / "one")


def test_a_tampered_file_is_refused(model: TrainedModel, tmp_path: Path) -> None:
    files = model.save(tmp_path)
    booster = tmp_path / "rise.txt"
    booster.write_text(booster.read_text().replace("leaf_value=", "leaf_value=9", 1))
    with pytest.raises(ModelRefused, match=r"rise\.txt .*not the registered one"):
        load(tmp_path, files)


def test_a_pickle_is_refused_even_when_it_is_registered(model: TrainedModel, tmp_path: Path) -> None:
    files = model.save(tmp_path)
    planted = tmp_path / "model.pkl"
    planted.write_bytes(pickle.dumps({"leaf": 1}))
    for registered in (files, {**files, planted.name: sha256(planted.read_bytes()).hexdigest()}):
        with pytest.raises(ModelRefused, match=r"model\.pkl"):
            load(tmp_path, registered)
