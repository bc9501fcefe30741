"""Figures of a draw equal those of the drawn candles put one after another."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.metrics import matthews_corrcoef, roc_auc_score

from market.outcome import Floats
from model_service.evaluate import Forecast, calibration_error, calibration_slope, figures
from model_service.validation.bootstrap import (
    BLOCK,
    Blocks,
    auc_draws,
    decile_draws,
    interval,
    matthews,
    slope_draws,
)

RANDOM = np.random.default_rng(8)
ROWS = 20 * BLOCK - 30
P = np.round(RANDOM.uniform(0.3, 0.7, ROWS), 2)
UP = (RANDOM.random(ROWS) < P).astype(float)
BLOCKS = Blocks(ROWS)


def drawn(values: Floats, draw: int) -> Floats:
    """The candles of a draw."""
    parts = BLOCKS.split(values)
    return np.concatenate([part for i, part in enumerate(parts) for _ in range(int(BLOCKS.times[draw, i]))])


@pytest.mark.parametrize("draw", [0, 1, 500])
def test_a_draw_is_whole_blocks(draw: int) -> None:
    p, up = drawn(P, draw), drawn(UP, draw)
    assert auc_draws(P, UP, BLOCKS)[draw] == pytest.approx(roc_auc_score(up, p))
    assert BLOCKS.mean(P)[draw] == pytest.approx(p.mean())
    said, was = P > 0.5, UP > 0.5
    cells = [(a & b).astype(float) for a, b in ((said, was), (said, ~was), (~said, was), (~said, ~was))]
    assert matthews(*BLOCKS.drawn(*cells))[draw] == pytest.approx(matthews_corrcoef(up > 0.5, p > 0.5))
    gains = decile_draws(P, UP, BLOCKS)[draw]
    assert np.mean(gains) == pytest.approx(up.mean(), abs=0.02)


def test_the_slope_of_a_draw_is_close_to_a_new_fit() -> None:
    log_odds = np.log(P / (1 - P))
    draws = slope_draws(log_odds, UP, calibration_slope(P, UP), 0.0, BLOCKS)
    fitted = [calibration_slope(drawn(P, draw), drawn(UP, draw)) for draw in range(20)]
    assert draws[:20] == pytest.approx(fitted, abs=0.05)


def test_every_figure_lies_in_its_interval() -> None:
    gain = np.where(UP > 0.5, 0.01, -0.01)
    found = figures(Forecast(P, P, gain - 1, gain + 1), gain, np.full(ROWS, 0.5))
    names = ("accuracy", "auc", "mcc", "brier_skill", "calibration_slope", "interval_coverage")
    for name in names:
        assert found[f"{name}_low"] <= found[name] <= found[f"{name}_high"], name
    lows, means, highs = (found[f"gain_by_decile{end}"] for end in ("_low", "", "_high"))
    assert all(low < mean < high for low, mean, high in zip(lows, means, highs, strict=True))
    assert found["ece"] < 0.05


def test_a_forecast_that_never_changes_has_no_slope_and_no_order() -> None:
    same = np.full(ROWS, 0.5)
    found = figures(Forecast(same, same, same, same), UP - 0.5, same)
    assert found["auc"] == 0.5
    assert np.isnan(found["calibration_slope"])
    assert np.isnan(found["calibration_slope_low"])


def test_the_calibration_error_is_the_mean_distance_of_ten_bins() -> None:
    p = np.repeat(np.arange(10) / 10, 100)
    up = np.tile(np.arange(100) < 50, 10).astype(float)
    assert calibration_error(p, up) == pytest.approx(np.abs(np.arange(10) / 10 - 0.5).mean())


def test_draws_without_a_value_give_no_interval() -> None:
    assert np.isnan(interval(np.full(10, np.nan))[0])
