"""Drift of features: silent where nothing moved, loud where something did."""

from __future__ import annotations

import numpy as np
import pytest

from market.outcome import Floats
from model_service.lifecycle.drift import WINDOW, drift, indices, psi


def remembering(rows: int, features: int, memory: float, seed: int) -> Floats:
    """Stationary AR(1) columns."""
    random = np.random.default_rng(seed)
    noise = random.standard_normal((rows, features))
    out = np.zeros((rows, features))
    for t in range(1, rows):
        out[t] = memory * out[t - 1] + noise[t]
    return out


def test_the_index_is_small_between_equals_and_scale_plays_no_part() -> None:
    random = np.random.default_rng(1)
    before, after = random.standard_normal((2, 720))
    assert psi(before, after) < 0.05
    assert psi(before, after) == pytest.approx(psi(before * 100 + 7, after * 100 + 7))
    assert psi(before, after + 1) > 0.5
    assert np.isfinite(psi(before, after + 100))


@pytest.mark.parametrize("memory", [0.0, 0.9, 0.97])
def test_stationary_features_that_remember_hardly_ever_alarm(memory: float) -> None:
    pairs = indices(remembering(70_000, 8, memory, 2), WINDOW)
    found = [drift(pairs[end - 150 : end]) for end in range(150, len(pairs) + 1, 4)]
    states = [each for each in found if each is not None]
    assert len(states) == len(found) > 50
    assert np.mean([each.alarm for each in states]) <= 0.06
    assert np.mean([np.mean(each.index > each.limit) for each in states]) <= 0.05


def test_the_usual_fixed_limit_would_alarm_all_the_time_on_the_same_features() -> None:
    pairs = indices(remembering(70_000, 8, 0.97, 2), WINDOW)
    assert np.mean(pairs.max(axis=1) > 0.25) > 0.5


def test_a_feature_that_moves_fires_and_is_named() -> None:
    matrix = remembering(22_000, 5, 0.9, 3)
    matrix[-WINDOW:, 2] += 4 * matrix[:, 2].std()
    found = drift(indices(matrix, WINDOW))
    assert found is not None
    assert found.alarm
    assert int(np.argmax(found.index / found.limit)) == 2


def test_a_short_history_says_nothing() -> None:
    assert drift(indices(remembering(11 * WINDOW, 3, 0.5, 4), WINDOW)) is None
    assert drift(indices(remembering(13 * WINDOW, 3, 0.5, 4), WINDOW)) is not None
    assert drift(indices(np.empty((0, 3)), WINDOW)) is None


def test_a_feature_that_is_not_there_or_never_moves_is_left_out() -> None:
    matrix = remembering(20_000, 3, 0.5, 5)
    matrix[:, 1] = np.nan
    matrix[:, 2] = 7.0
    found = drift(indices(matrix, WINDOW))
    assert found is not None
    assert np.isnan(found.index[1])
    assert np.isnan(found.limit[2])
    assert np.isfinite(found.worst)
