"""A forecast of a price is shown beside persistence or not at all."""

from __future__ import annotations

import numpy as np
import pytest

from market.errors import InvalidInput
from model_service.exhibits.forecast import COMPANY, in_words, judge, judge_average, presentable

RANDOM = np.random.default_rng(1)
MOVES = RANDOM.standard_normal(4_000) * 0.01
PRICE = 100 * np.exp(np.cumsum(MOVES))
LAST, NEXT = PRICE[:-1], PRICE[1:]


def test_a_copy_of_the_last_price_has_a_splendid_level_and_nothing_else() -> None:
    figures = judge(LAST, LAST * 1.0001, NEXT)
    assert figures["level_r2"] > 0.99
    assert figures["rmse_ratio"] == pytest.approx(1.0, abs=0.01)
    assert figures["return_r2"] == pytest.approx(0.0, abs=0.01)
    assert figures["lag_1"] > 0.99
    assert abs(figures["lag_0"]) < 0.1
    assert "it copies the last price" in in_words(figures)[2]


def test_a_forecast_that_knows_something_beats_persistence() -> None:
    figures = judge(LAST, LAST * np.exp(0.5 * MOVES[1:]), NEXT)
    assert figures["rmse_ratio"] == pytest.approx(0.5, abs=0.02)
    assert figures["return_r2"] == pytest.approx(0.75, abs=0.01)
    assert figures["direction"] == 1.0
    assert "copies" not in in_words(figures)[2]


def test_the_level_is_never_reported_alone() -> None:
    figures = judge(LAST, LAST, NEXT)
    assert presentable(figures) == figures
    for name in COMPANY:
        lonely = {key: value for key, value in figures.items() if key != name}
        with pytest.raises(InvalidInput, match=f"means nothing without {name}"):
            presentable(lonely)
        with pytest.raises(InvalidInput, match=name):
            in_words(lonely)


def test_an_average_price_is_judged_from_the_last_close() -> None:
    # Hours of sixty steps of a random walk: nothing can be known of the next close.
    path = 100 * np.exp(np.cumsum(RANDOM.standard_normal((3_000, 60)).ravel() * 0.001)).reshape(3_000, 60)
    close, average = path[:, -1], path.mean(axis=1)
    figures = judge_average(close[:-1], average[:-1], close[:-1], average[1:])
    assert figures["rule_direction"] > 0.6  # looks like skill
    assert figures["rmse_ratio_from_average"] < 0.8  # so does this
    assert figures["rmse_ratio"] == 1.0  # it is the last close, no more
    assert figures["return_r2"] == 0.0


def test_too_little_to_judge_is_refused() -> None:
    with pytest.raises(InvalidInput, match="three or more"):
        judge(LAST[:2], LAST[:2], NEXT[:2])
