"""Metrics on examples whose answer is known."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.metrics import roc_auc_score

from model_service.evaluate import (
    auc,
    bootstrap_interval,
    calibration_slope,
    classification,
    expanding_base_rate,
    gain_by_decile,
)
from model_service.scores import Scores
from model_service.verdict import verdict

RANDOM = np.random.default_rng(3)


def test_auc_agrees_with_the_reference() -> None:
    up = (RANDOM.random(500) < 0.4).astype(float)
    p = np.round(0.3 * up + RANDOM.random(500), 2)
    assert auc(p, up) == pytest.approx(roc_auc_score(up, p))
    assert np.isnan(auc(p, np.ones(500)))


def test_a_calibrated_forecast_has_slope_one_and_an_overconfident_one_less() -> None:
    p = RANDOM.uniform(0.2, 0.8, 40_000)
    up = (RANDOM.random(40_000) < p).astype(float)
    assert calibration_slope(p, up) == pytest.approx(1.0, abs=0.05)
    odds = (p / (1 - p)) ** 2
    assert calibration_slope(odds / (1 + odds), up) == pytest.approx(0.5, abs=0.03)


def test_the_interval_of_clustered_hits_is_wider_than_that_of_independent_ones() -> None:
    clustered = np.repeat(RANDOM.random(60) < 0.5, 168).astype(float)
    independent = RANDOM.permutation(clustered)
    wide, narrow = (np.diff(bootstrap_interval(hits))[0] for hits in (clustered, independent))
    assert wide > 5 * narrow


def test_the_base_rate_counts_only_labels_that_are_complete() -> None:
    gain = np.array([0.1, -0.1, 0.1, 0.1])
    rate = expanding_base_rate(gain, np.array([2, 3, 4, 5]), np.array([0, 1, 2, 3, 4, 5, 6]))
    np.testing.assert_allclose(rate, [np.nan, np.nan, np.nan, 1, 1 / 2, 2 / 3, 3 / 4])


def test_deciles_run_from_the_lowest_expectation_to_the_highest() -> None:
    expected = np.linspace(-1, 1, 100)
    found = gain_by_decile(expected, 2 * expected)
    assert found == sorted(found)
    assert found[0] == pytest.approx(2 * expected[:10].mean())


def perfect(skill: float) -> dict[str, object]:
    gain = RANDOM.standard_normal(4_000) * 0.01
    p = np.clip(0.5 + skill * np.sign(gain) + 0.1 * RANDOM.standard_normal(4_000), 0.01, 0.99)
    blank = np.zeros((4_000, 1))
    scores = Scores(p, gain, np.full(4_000, -0.0128), np.full(4_000, 0.0128), blank, blank[:, 0])
    return classification(scores, gain, np.full(4_000, 0.5), RANDOM.standard_normal(4_000))


def test_classification_counts_hits_and_covered_gains() -> None:
    found = perfect(0.3)
    assert found["n"] == 4_000
    assert found["accuracy"] > 0.99
    assert found["interval_coverage"] == pytest.approx(0.8, abs=0.02)
    assert found["persistence_accuracy"] == pytest.approx(0.5, abs=0.03)
    assert found["gain_rank_correlation"] == pytest.approx(1.0)
    assert found["brier_base_rate"] == pytest.approx(0.25)


def test_a_score_too_good_to_be_true_is_blocked() -> None:
    found = verdict(perfect(0.3), 1.0, 0.0, 0.99)
    assert found.word == "blocked"
    assert "look for a leak" in found.reasons[0]


def test_a_model_is_proven_only_when_nothing_speaks_against_it() -> None:
    scores = {"n": 9_000, "accuracy": 0.55, "accuracy_low": 0.54, "auc": 0.57, "brier_skill": 0.02}
    assert verdict(scores, 0.3, 0.01, 0.97).word == "proven"
    lucky = verdict(scores, 0.3, 0.2, 0.6)
    assert lucky.word == "not proven"
    assert len(lucky.reasons) == 2
    assert "random timing does as well" in lucky.reasons[0]
    assert verdict({"n": 10}, 0.0, 1.0, 0.0).reasons == ("only 10 candles could be judged",)
