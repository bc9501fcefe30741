"""The trees we walk ourselves say what scikit-learn says."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from threadpoolctl import threadpool_limits

from market.outcome import Floats
from model_service.models import hist_gradient_boosting
from model_service.models.hist_gradient_boosting import HistGradientBoosting, estimator
from model_service.models.trees import forest

ROWS, WIDTH = 3_000, 12


def made(seed: int, *, missing: float) -> Floats:
    random = np.random.default_rng(seed)
    matrix = random.standard_normal((ROWS, WIDTH))
    matrix[random.random(matrix.shape) < missing] = np.nan
    return matrix


def target(matrix: Floats) -> Floats:
    known = np.nan_to_num(matrix)
    return 0.3 * known[:, 0] + 0.5 * np.abs(known[:, 3]) + np.random.default_rng(5).standard_normal(ROWS)


TRAINING = {share: made(1, missing=share) for share in (0.0, 0.1)}


@pytest.fixture(scope="module", params=[0.0, 0.1], ids=["complete", "with gaps"])
def share(request: pytest.FixtureRequest) -> float:
    return float(request.param)


@pytest.fixture(scope="module")
def model(share: float) -> HistGradientBoosting:
    gain = target(TRAINING[share])
    return hist_gradient_boosting.fit(TRAINING[share], gain, (gain > 0).astype(float), 7)


def asked() -> Floats:
    """Rows with gaps, one of nothing but gaps, one beyond everything in training."""
    rows = made(2, missing=0.2)
    rows[0], rows[1] = np.nan, 1e300
    return rows


@pytest.mark.parametrize(("place", "part"), list(enumerate(("rise", "gain", "low", "high"))))
def test_every_part_predicts_as_the_library_does(
    model: HistGradientBoosting, share: float, place: int, part: str
) -> None:
    gain, rows = target(TRAINING[share]), asked()
    with threadpool_limits(limits=1):
        library = estimator(part, 7).fit(TRAINING[share], gain > 0 if part == "rise" else gain)
    wanted = library.decision_function(rows) if part == "rise" else library.predict(rows)
    np.testing.assert_allclose(model.raw(rows)[place], wanted, rtol=0, atol=1e-12)


def test_contributions_add_up_exactly(model: HistGradientBoosting) -> None:
    contributions, base = model.contributions(asked())
    wanted = model.raw(asked()).log_odds
    np.testing.assert_allclose(contributions.sum(axis=1) + base, wanted, rtol=0, atol=1e-12)
    assert len(np.unique(base)) == 1


def test_a_feature_is_credited_with_the_step_it_was_asked_for() -> None:
    names = ["value", "count", "feature_idx", "num_threshold", "missing_go_to_left", "left", "right",
             "depth", "is_leaf"]  # fmt: skip
    rows = [
        (0.0, 10, 1, 0.5, 1, 1, 2, 0, 0),  # is column 1 at most 0.5, or missing?
        (1.0, 8, 0, 0.0, 0, 0, 0, 1, 1),
        (-4.0, 2, 0, 0.0, 0, 0, 0, 1, 1),
    ]
    tree = np.array(rows, dtype=[(n, "f8" if n in {"value", "num_threshold"} else "i8") for n in names])
    one = forest(0.25, [tree])
    matrix = np.array([[9.0, 0.5], [9.0, 0.6], [9.0, np.nan]])
    assert one.predict(matrix).tolist() == [1.25, -3.75, 1.25]
    contributions, base = one.contributions(matrix)
    assert base.tolist() == [0.25, 0.25, 0.25]  # the mean over the ten training rows: (8 - 8) / 10
    assert contributions.tolist() == [[0.0, 1.0], [0.0, -4.0], [0.0, 1.0]]


def test_the_file_holds_numbers_only(model: HistGradientBoosting, tmp_path: Path) -> None:
    (name,) = model.save(tmp_path)
    content = json.loads((tmp_path / name).read_text(), parse_constant=pytest.fail)
    assert set(content) == {"rise", "gain", "low", "high"}
    for part in content.values():
        numbers = [
            each for given in part.values() for each in (given if isinstance(given, list) else [given])
        ]
        assert {type(number) for number in numbers} <= {int, float, bool}


def test_an_empty_block_has_no_scores(model: HistGradientBoosting) -> None:
    assert [len(each) for each in model.raw(np.empty((0, WIDTH)))] == [0, 0, 0, 0]
    assert model.contributions(np.empty((0, WIDTH)))[0].shape == (0, WIDTH)
