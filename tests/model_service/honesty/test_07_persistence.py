"""7. A forecast of a price is shown beside persistence, or it is not shown."""

from __future__ import annotations

import numpy as np
import pytest

from market.errors import InvalidInput
from model_service.exhibits.forecast import COMPANY, LEVEL, in_words, judge, judge_average, presentable
from tests.model_service.markets import random_walk

CLOSE = random_walk(6_000, 71)["close"].to_numpy()


def test_persistence_itself_has_a_splendid_level_and_no_skill() -> None:
    figures = judge(CLOSE[:-1], CLOSE[:-1] * 1.00001, CLOSE[1:])
    assert figures[LEVEL] > 0.99
    assert figures["rmse_ratio"] == pytest.approx(1.0, abs=1e-3)
    assert abs(figures["return_r2"]) < 1e-3
    assert figures["lag_1"] > 0.99


def test_the_level_is_refused_without_rmse_ratio_and_return_r2() -> None:
    figures = judge(CLOSE[:-1], CLOSE[:-1], CLOSE[1:])
    assert {"rmse_ratio", "return_r2"} <= set(COMPANY)
    for name in ("rmse_ratio", "return_r2"):
        with pytest.raises(InvalidInput, match=name):
            presentable({key: value for key, value in figures.items() if key != name})
    assert any("times that of persistence" in words for words in in_words(figures))


def test_an_average_is_scored_from_the_last_close_too() -> None:
    hours = CLOSE.reshape(-1, 12)
    average, close = hours.mean(axis=1), hours[:, -1]
    figures = judge_average(close[:-1], average[:-1], close[:-1], average[1:])
    assert figures["rmse_ratio_from_average"] < 0.85  # skill, it seems
    assert figures["rmse_ratio"] == 1.0  # it is the last close and nothing else
    assert np.isfinite(figures["rule_direction"])
