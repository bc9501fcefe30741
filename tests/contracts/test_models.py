"""What every kind of model promises: the table and the folder are walked, so a new kind is tested too."""

from __future__ import annotations

import pickle  # noqa: TID251  (to plant one)
import shutil
from hashlib import sha256
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from market.errors import InvalidInput, ModelRefused
from market.features import FEATURES, features
from market.outcome import Floats
from model_service.calibration import Calibration
from model_service.matrix import history
from model_service.models import MODELS, kind
from model_service.spec import Spec
from model_service.train import fit_before
from model_service.trained import TrainedModel, load
from tests.model_service.markets import QUARTER, random_walk

MARKET, OTHER = (random_walk(5_000, seed, edge=0.1) for seed in (11, 12))
# Files beside the kinds: what a kind must be able to do, and the trees that one of them is made of.
NOT_KINDS = {"__init__", "fitted", "trees"}


@pytest.fixture(scope="module", params=sorted(MODELS))
def model(request: pytest.FixtureRequest) -> TrainedModel:
    return made(Spec(QUARTER, kind=request.param))


def made(spec: Spec) -> TrainedModel:
    """Fitted as for the next live candle, with a calibration that changes something."""
    return fit_before(history(MARKET, spec), len(MARKET), spec, Calibration(1.2, -0.05, 0.1))


@pytest.fixture(scope="module")
def rows() -> pd.DataFrame:
    return features(MARKET).iloc[-1_000:]


def probability(model: TrainedModel, rows: pd.DataFrame | Floats) -> Floats:
    return model.score(rows).probability


def test_the_table_of_models_lists_every_file() -> None:
    folder = Path(__file__).parents[2] / "model_service" / "models"
    listed = {each.__name__.rsplit(".", 1)[-1] for each in MODELS.values()}  # type: ignore[attr-defined]
    assert {path.stem for path in folder.glob("*.py")} - NOT_KINDS == listed


def test_a_saved_model_comes_back_with_the_same_scores(
    model: TrainedModel, rows: pd.DataFrame, tmp_path: Path
) -> None:
    files = model.save(tmp_path / "model")
    back = load(tmp_path / "model", files)
    assert back.spec == model.spec
    before, after = model.score(rows), back.score(rows)
    for name in ("probability", "expected_gain", "gain_low", "gain_high", "contributions", "base"):
        np.testing.assert_array_equal(getattr(after, name), getattr(before, name))


def test_its_files_are_text(model: TrainedModel, tmp_path: Path) -> None:
    for name in model.save(tmp_path / "model"):
        assert Path(name).suffix in {".json", ".txt"}
        text = (tmp_path / "model" / name).read_text(encoding="utf-8")
        assert text.replace("\n", "").isprintable(), name


def test_contributions_and_base_add_up_to_the_log_odds(model: TrainedModel, rows: pd.DataFrame) -> None:
    scores, raw = model.score(rows), model.fitted.raw(rows.to_numpy())
    log_odds = model.calibration.slope * raw.log_odds + model.calibration.shift
    np.testing.assert_allclose(scores.base + scores.contributions.sum(axis=1), log_odds, rtol=0, atol=1e-9)
    np.testing.assert_allclose(scores.probability, 1 / (1 + np.exp(-log_odds)), rtol=0, atol=1e-9)


def test_a_missing_value_has_a_score_with_an_explanation(model: TrainedModel, rows: pd.DataFrame) -> None:
    matrix = rows.to_numpy().copy()
    matrix[::3, 5] = np.nan
    known = model.fitted.raw(rows.to_numpy()).log_odds
    raw = model.fitted.raw(matrix)
    contributions, base = model.fitted.contributions(matrix)
    assert np.isfinite(raw).all()
    np.testing.assert_allclose(contributions.sum(axis=1) + base, raw.log_odds, rtol=0, atol=1e-9)
    np.testing.assert_allclose(raw.log_odds[1::3], known[1::3], rtol=0, atol=1e-12)


def test_training_twice_gives_the_same_bytes(model: TrainedModel, tmp_path: Path) -> None:
    again = made(model.spec)
    assert model.save(tmp_path / "one") == again.save(tmp_path / "two")


def test_probabilities_differ_from_candle_to_candle(model: TrainedModel, rows: pd.DataFrame) -> None:
    scores = model.score(rows)
    assert len(np.unique(scores.probability)) > 100
    assert (scores.gain_low <= scores.gain_high).all()


def test_the_candle_decides_and_nothing_else(model: TrainedModel, rows: pd.DataFrame) -> None:
    matrix = rows.to_numpy()
    score = probability(model, matrix)
    constant = probability(model, np.tile(np.median(matrix, axis=0), (len(matrix), 1)))
    assert len(np.unique(constant)) == 1
    permuted = np.random.default_rng(3).permuted(matrix, axis=0)
    for other in (constant, probability(model, permuted)):
        assert np.mean(np.abs(other - score) > 1e-6) > 0.9
    np.testing.assert_allclose(probability(model, matrix[::-1]), score[::-1], rtol=0, atol=2e-9)


def test_another_symbol_gets_other_probabilities(model: TrainedModel, rows: pd.DataFrame) -> None:
    other = probability(model, features(OTHER).iloc[-1_000:])
    assert np.mean(np.abs(other - probability(model, rows)) > 1e-6) > 0.9


def test_tampered_missing_and_planted_files_are_refused(model: TrainedModel, tmp_path: Path) -> None:
    good = tmp_path / "good"
    files = model.save(good)
    for name in files:
        tampered, missing = tmp_path / f"tampered-{name}", tmp_path / f"missing-{name}"
        shutil.copytree(good, tampered)
        shutil.copytree(good, missing)
        (tampered / name).write_text((tampered / name).read_text().replace("1", "2", 1))
        (missing / name).unlink()
        with pytest.raises(ModelRefused, match="not the registered one"):
            load(tampered, files)
        with pytest.raises(ModelRefused, match=f"exactly the registered files .*{name}"):
            load(missing, files)
    (good / "extra.pkl").write_bytes(pickle.dumps({}))
    with pytest.raises(ModelRefused, match=r"exactly the registered files .*extra\.pkl"):
        load(good, files)
    with pytest.raises(ModelRefused, match="exactly"):
        load(tmp_path / "nowhere", files)


def test_a_folder_that_cannot_be_read_is_refused_like_a_changed_one(
    model: TrainedModel, tmp_path: Path
) -> None:
    with pytest.raises(ModelRefused, match="cannot be read"):
        load(tmp_path / "nowhere", {})
    files = model.save(tmp_path / "model")
    name = next(iter(files))
    (tmp_path / "model" / name).unlink()
    (tmp_path / "model" / name).symlink_to(tmp_path / "gone")
    with pytest.raises(ModelRefused, match=name):
        load(tmp_path / "model", files)
    (tmp_path / "model" / name).unlink()
    (tmp_path / "model" / name).mkdir()
    with pytest.raises(ModelRefused, match=name):
        load(tmp_path / "model", files)


def test_registered_text_that_is_no_model_is_refused(model: TrainedModel, tmp_path: Path) -> None:
    files = model.save(tmp_path / "model")
    planted = pickle.dumps(model.spec.horizon, protocol=0)
    name = next(name for name in files if name not in {"model.json", "probe.json"})
    (tmp_path / "model" / name).write_bytes(planted)
    with pytest.raises(ModelRefused, match="train it again"):
        load(tmp_path / "model", {**files, name: sha256(planted).hexdigest()})


def test_a_registered_pickle_is_refused_before_it_is_read(model: TrainedModel, tmp_path: Path) -> None:
    files = model.save(tmp_path / "model")
    planted = pickle.dumps(model.spec.horizon)
    (tmp_path / "model" / "extra.pkl").write_bytes(planted)
    with pytest.raises(ModelRefused, match=r"extra\.pkl"):
        load(tmp_path / "model", {**files, "extra.pkl": sha256(planted).hexdigest()})


def test_an_unknown_kind_is_refused_with_those_that_exist() -> None:
    with pytest.raises(InvalidInput, match=f"unknown kind of model 'oracle': use one of {', '.join(MODELS)}"):
        kind("oracle")


def test_every_feature_has_a_contribution(model: TrainedModel, rows: pd.DataFrame) -> None:
    assert model.score(rows).contributions.shape == (len(rows), len(FEATURES))
