"""Measures of the scores: what they say of a good, a broken and a reversed model."""

from __future__ import annotations

import numpy as np
import pytest

from market.interval import Interval
from model_service.evaluate import calibration_slope
from model_service.lifecycle.measures import (
    Judged,
    bounds,
    from_card,
    measures,
    slope,
    stretch,
    to_card,
    within,
)


def scored(candles: int, seed: int, *, sign: float = 1.0) -> Judged:
    """A calibrated forecaster of a weak edge; with `sign` -1 the edge has turned against it."""
    random = np.random.default_rng(seed)
    log_odds = 0.5 * random.standard_normal(candles)
    p = 1 / (1 + np.exp(-log_odds))
    up = random.random(candles) < (p if sign > 0 else 1 - p)
    size = np.abs(random.standard_normal(candles)) * 0.01
    gain = np.where(up, size, -size)
    expected = (2 * p - 1) * 0.008
    half = np.full(candles, 0.0128)
    return Judged(p, expected, expected - half, expected + half, gain)


def test_a_calibrated_forecaster_reads_as_one() -> None:
    found = measures(scored(20_000, 1))
    assert found["brier_skill"] == pytest.approx(0.057, abs=0.015)
    assert found["calibration_slope"] == pytest.approx(1, abs=0.1)
    assert found["gain_bias"] == pytest.approx(0, abs=0.0003)
    assert found["interval_coverage"] == pytest.approx(0.8, abs=0.02)


def test_the_slope_is_that_of_the_card() -> None:
    for seed in range(3):
        judged = scored(720, seed)
        up = (judged.gain > 0).astype(float)
        wanted = calibration_slope(judged.probability, up)
        assert slope(judged.probability, up) == pytest.approx(wanted, rel=1e-2)
    assert np.isnan(slope(np.full(10, 0.5), np.arange(10) % 2 * 1.0))
    assert np.isnan(slope(np.linspace(0.4, 0.6, 10), np.ones(10)))


def test_an_edge_that_turned_fires_skill_and_slope() -> None:
    limits = bounds(scored(20_000, 2), 720)
    turned = measures(scored(720, 3, sign=-1))
    assert turned["calibration_slope"] < 0
    assert not within(turned["calibration_slope"], limits["calibration_slope"])
    assert not within(turned["brier_skill"], limits["brier_skill"])


def test_the_same_market_stays_within_its_bounds() -> None:
    limits = bounds(scored(40_000, 4), 720)
    found = [measures(scored(720, seed)) for seed in range(100, 160)]
    for name, limit in limits.items():
        assert np.mean([not within(each[name], limit) for each in found]) <= 0.12, name


def test_a_short_history_gives_no_bounds() -> None:
    assert bounds(scored(5_000, 5), 720) == {}


def test_bounds_come_back_from_the_card() -> None:
    limits = bounds(scored(20_000, 6), 720)
    assert from_card({"monitors": to_card(limits)}) == limits
    assert from_card({}) == {}


def test_a_reading_is_never_about_one_bad_day() -> None:
    assert {name: stretch(Interval(name)) for name in ("1m", "5m", "1h", "1d")} == {
        "1m": 2_880, "5m": 720, "1h": 720, "1d": 720,
    }  # fmt: skip
