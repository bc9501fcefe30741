"""Metrics on examples whose answer is known."""

from __future__ import annotations

import itertools

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
    reliability,
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


def metrics(scores: dict[str, object], **changes: object) -> dict[str, object]:
    earned = {"total": 0.3, "sharpe": 1.5}
    return {"scores": scores, "net": earned, "delayed": earned, "shift_p": 0.01, "years": 3.0} | changes


CREDIBLE = {
    "n": 9_000, "accuracy": 0.55, "accuracy_low": 0.54, "auc": 0.57, "brier_skill": 0.02, "return_r2": 0.01,
    "return_r2_low": 0.005,
}  # fmt: skip


def test_a_score_too_good_to_be_true_is_blocked() -> None:
    found = verdict(metrics(perfect(0.3)), 0.99)
    assert found.word == "blocked"
    assert [gate.name for gate in found.gates if not gate.holds] == [
        "accuracy_credible",
        "auc_credible",
        "return_r2_credible",
    ]
    assert all("look for a leak" in reason for reason in found.reasons)


@pytest.mark.parametrize(("name", "value"), [("accuracy", 0.61), ("auc", 0.66), ("return_r2", 0.04)])
def test_each_incredible_score_blocks_alone(name: str, value: float) -> None:
    assert verdict(metrics(CREDIBLE | {name: value}), 0.99).word == "blocked"


def test_returns_explained_over_a_few_days_block_only_when_it_is_sure() -> None:
    lucky = CREDIBLE | {"return_r2": 0.05, "return_r2_low": 0.01}
    assert verdict(metrics(lucky), 0.99).word == "blocked"
    assert verdict(metrics(lucky, years=0.05), 0.99).word == "proven"
    sure = lucky | {"return_r2_low": 0.04}
    assert verdict(metrics(sure, years=0.05), 0.99).word == "blocked"


def test_an_incredible_sharpe_ratio_blocks_unless_too_little_was_seen_for_one() -> None:
    earned = {"total": 2.0, "sharpe": 3.5}
    assert verdict(metrics(CREDIBLE, net=earned, delayed=earned), 0.99).word == "blocked"
    assert verdict(metrics(CREDIBLE, net=earned, delayed=earned, years=0.05), 0.99).word == "proven"


def test_a_model_is_proven_only_when_nothing_speaks_against_it() -> None:
    found = verdict(metrics(CREDIBLE), 0.97)
    assert found.word == "proven"
    assert found.reasons == ()
    assert len(found.gates) == 10
    lucky = verdict(metrics(CREDIBLE, shift_p=0.2), 0.6)
    assert lucky.word == "not proven"
    assert [gate.name for gate in lucky.gates if not gate.holds] == ["circular_shift_p", "deflated_sharpe"]
    assert "random timing does as well" in lucky.reasons[0]
    few = verdict(metrics({"n": 10}), 0.0)
    assert few.reasons == ("only 10 candles could be judged",)


def test_a_profit_that_is_gone_one_bar_later_proves_nothing() -> None:
    fast = {"net": {"total": 0.3, "sharpe": 2.5}, "delayed": {"total": 0.1, "sharpe": 1.0}}
    found = verdict(metrics(CREDIBLE, **fast), 0.99)
    assert found.word == "not proven"
    assert found.reasons == ("one bar later the Sharpe ratio falls from 2.50 to 1.00",)


def test_a_reliability_diagram_has_ten_equal_bins_from_the_lowest_forecast_up() -> None:
    draw = np.random.default_rng(7)
    p = draw.uniform(0.3, 0.7, 4_000)
    up = (draw.uniform(size=4_000) < p).astype(float)
    bins = reliability(p, up)
    assert [each["n"] for each in bins] == [400] * 10
    assert all(a["high"] <= b["low"] for a, b in itertools.pairwise(bins))
    assert all(each["low"] <= each["predicted"] <= each["high"] for each in bins)
    assert all(each["observed_low"] <= each["observed"] <= each["observed_high"] for each in bins)
    assert sum(each["observed_low"] <= each["predicted"] <= each["observed_high"] for each in bins) >= 8
