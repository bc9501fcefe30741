"""A trained model in its files, and what it says."""

from __future__ import annotations

import json
import pickle  # noqa: TID251  (to plant one)
import shutil
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from market.errors import InvalidInput, ModelRefused
from market.features import FEATURES, WARMUP, features
from model_service.models import MODELS
from model_service.spec import Spec
from model_service.train import train
from model_service.trained import TrainedModel, load
from tests.model_service.markets import QUARTER, random_walk

MARKET = random_walk(6_500, 11, edge=0.1)


@pytest.fixture(scope="module", params=sorted(MODELS))
def model(request: pytest.FixtureRequest) -> TrainedModel:
    return train(MARKET, Spec(QUARTER, kind=request.param))


@pytest.fixture(scope="module")
def matrix() -> pd.DataFrame:
    return features(MARKET)


def test_a_saved_model_comes_back_with_the_same_scores(
    model: TrainedModel, matrix: pd.DataFrame, tmp_path: Path
) -> None:
    files = model.save(tmp_path / "model")
    assert {Path(name).suffix for name in files} <= {".json", ".txt"}
    back = load(tmp_path / "model", files)
    assert back.spec == model.spec
    rows = matrix.iloc[-300:]
    np.testing.assert_array_equal(back.score(rows).probability, model.score(rows).probability)
    np.testing.assert_array_equal(back.score(rows).gain_low, model.score(rows).gain_low)


def test_contributions_and_base_add_up_to_the_log_odds(model: TrainedModel, matrix: pd.DataFrame) -> None:
    scores = model.score(matrix.iloc[-500:])
    log_odds = np.log(scores.probability / (1 - scores.probability))
    np.testing.assert_allclose(scores.base + scores.contributions.sum(axis=1), log_odds, atol=1e-6)


def test_probabilities_differ_from_candle_to_candle(model: TrainedModel, matrix: pd.DataFrame) -> None:
    scores = model.score(matrix.iloc[-1_000:])
    assert len(np.unique(scores.probability)) > 100
    assert (scores.gain_low <= scores.gain_high).all()


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


def test_tampered_missing_and_planted_files_are_refused(model: TrainedModel, tmp_path: Path) -> None:
    files = model.save(tmp_path / "good")
    for name in files:
        broken = tmp_path / f"broken-{name}"
        shutil.copytree(tmp_path / "good", broken)
        text = (broken / name).read_text().replace("1", "2", 1)
        (broken / name).write_text(text)
        with pytest.raises(ModelRefused, match="not the registered one"):
            load(broken, files)
    (tmp_path / "good" / "extra.pkl").write_bytes(pickle.dumps({}))
    with pytest.raises(ModelRefused, match=r"exactly the registered files .*extra\.pkl"):
        load(tmp_path / "good", files)
    with pytest.raises(ModelRefused, match="exactly"):
        load(tmp_path / "nowhere", files)


def test_a_registered_pickle_is_refused_before_it_is_read(model: TrainedModel, tmp_path: Path) -> None:
    files = model.save(tmp_path / "model")
    (tmp_path / "model" / "extra.pkl").write_bytes(pickle.dumps({}))
    with pytest.raises(ModelRefused):
        load(tmp_path / "model", {**files, "extra.pkl": "0" * 64})


def test_a_model_that_forgot_its_scores_is_refused(model: TrainedModel, tmp_path: Path) -> None:
    folder = tmp_path / "model"
    model.save(folder)
    probe = json.loads((folder / "probe.json").read_text())
    probe["probability"][0] += 1e-6
    (folder / "probe.json").write_text(json.dumps(probe))
    from hashlib import sha256

    files = {path.name: sha256(path.read_bytes()).hexdigest() for path in folder.iterdir()}
    with pytest.raises(ModelRefused, match="no longer gives the scores"):
        load(folder, files)


def test_the_table_of_models_lists_every_file() -> None:
    folder = Path(__file__).parents[2] / "model_service" / "models"
    listed = {kind.__name__.rsplit(".", 1)[-1] for kind in MODELS.values()}  # type: ignore[attr-defined]
    assert {path.stem for path in folder.glob("*.py")} - {"__init__", "fitted"} == listed
    assert "lightgbm" in MODELS
    assert len(FEATURES) == 31


def test_unusable_requests_are_refused_with_a_reason() -> None:
    with pytest.raises(InvalidInput, match=r"unknown kind of model 'oracle': use one of"):
        train(MARKET, Spec(QUARTER, kind="oracle"))
    with pytest.raises(InvalidInput, match="insufficient history: 4999 bars, a model needs 5000"):
        train(MARKET.iloc[:4_999], Spec(QUARTER))
    with pytest.raises(InvalidInput, match="horizon 0 bars"):
        Spec(QUARTER, horizon=0)
    with pytest.raises(InvalidInput, match="basis points"):
        Spec(QUARTER, fee_bp=-1)
