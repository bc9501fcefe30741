"""A trained model in its files, and what it says."""

from __future__ import annotations

import json
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from market.errors import InvalidInput, ModelRefused
from market.features import WARMUP, features
from model_service.models import MODELS
from model_service.registry import Shelf
from model_service.spec import Spec
from model_service.train import train
from model_service.trained import TrainedModel, load
from tests.model_service.made import memory_shop
from tests.model_service.markets import QUARTER, random_walk

MARKET = random_walk(5_300, 11, edge=0.1)


@pytest.fixture(scope="module", params=sorted(MODELS))
def model(request: pytest.FixtureRequest) -> TrainedModel:
    return train(MARKET, Spec(QUARTER, kind=request.param))


@pytest.fixture(scope="module")
def matrix() -> pd.DataFrame:
    return features(MARKET)


def test_a_candle_that_is_not_warmed_up_has_no_score(model: TrainedModel, matrix: pd.DataFrame) -> None:
    scores = model.score(matrix.iloc[WARMUP - 3 : WARMUP + 1])
    assert scores.known.tolist() == [False, False, True, True]
    assert np.isnan(scores.contributions[0]).all()


def test_one_live_candle_scores_as_in_the_batch(model: TrainedModel, matrix: pd.DataFrame) -> None:
    batch = model.score(matrix)
    for row in (2_500, 4_000, len(MARKET) - 1):
        live = model.score(features(MARKET.iloc[row - WARMUP + 1 : row + 1]).iloc[[-1]])
        assert live.at(0) == pytest.approx(batch.at(row), abs=2e-9)


def test_a_foreign_candle_is_recognised(model: TrainedModel, matrix: pd.DataFrame) -> None:
    rows = matrix.iloc[-100:].copy()
    assert not model.out_of_distribution(rows).any()
    rows.iloc[3] *= 100
    assert model.out_of_distribution(rows).tolist().index(True) == 3


def test_a_model_that_forgot_its_scores_is_refused(model: TrainedModel, tmp_path: Path) -> None:
    folder = tmp_path / "model"
    model.save(folder)
    probe = json.loads((folder / "probe.json").read_text())
    probe["probability"][0] += 1e-6
    (folder / "probe.json").write_text(json.dumps(probe))
    files = {path.name: sha256(path.read_bytes()).hexdigest() for path in folder.iterdir()}
    with pytest.raises(ModelRefused, match="no longer gives the scores"):
        load(folder, files)


def test_unusable_requests_are_refused_with_a_reason() -> None:
    with pytest.raises(InvalidInput, match=r"unknown kind of model 'oracle': use one of"):
        train(MARKET, Spec(QUARTER, kind="oracle"))
    with pytest.raises(InvalidInput, match="insufficient history: 4999 bars, a model needs 5000"):
        train(MARKET.iloc[:4_999], Spec(QUARTER))
    with pytest.raises(InvalidInput, match="horizon 0 bars"):
        Spec(QUARTER, horizon=0)
    with pytest.raises(InvalidInput, match="basis points"):
        Spec(QUARTER, fee_bp=-1)


def test_a_model_whose_registered_files_changed_is_read_again(tmp_path: Path) -> None:
    shop = memory_shop(tmp_path)
    first = train(MARKET, Spec(QUARTER, kind="logistic"))
    second = replace(first, p_min=0.4)
    record = shop.register(first, "m", 0, 1)
    assert shop.shelf.load(record).p_min == first.p_min
    again = replace(record, files=Shelf(tmp_path).save(second, "m"))
    assert shop.shelf.load(again).p_min == 0.4
    assert shop.shelf.load(again) is shop.shelf.load(again)


def test_models_that_nobody_asks_for_do_not_stay_in_memory(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO")
    shop = memory_shop(tmp_path)
    model = train(MARKET, Spec(QUARTER, kind="logistic"))
    records = [shop.register(model, f"m{i}", i, i + 1) for i in range(33)]
    for each in [*records, records[-1], records[0]]:
        shop.shelf.load(each)
    assert [line for line in caplog.messages if line == "loaded model m32"] == ["loaded model m32"]
    assert [line for line in caplog.messages if line == "loaded model m0"] == ["loaded model m0"] * 2
