"""Judging forecasts of a price: always beside "it stays where it is".

The level of a price is so persistent that any forecast near the last close has an R² near 1. It is only
reported in the company of the figures that tell a forecast from a copy of yesterday.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import numpy as np

from market.errors import InvalidInput
from market.outcome import Floats

LEVEL: Final = "level_r2"
COMPANY: Final = ("level_r2_persistence", "rmse_ratio", "return_r2", "lag_0", "lag_1")
_COPIES: Final = 0.9


def judge(last_close: Floats, predicted: Floats, actual: Floats) -> dict[str, float]:
    """Figures of forecasts `predicted` of the prices `actual`, made when the price was `last_close`.

    `rmse_ratio` is the root mean square error over that of persistence (below 1 is better than staying put),
    `return_r2` the share of the log return's variance explained (against "no change"), `direction` the share
    of moves whose sign was right. `lag_0` and `lag_1` correlate the steps of the forecast with the step they
    were made for and with the one before it: a copy of the last price has `lag_1` near 1.
    """
    if not len(last_close) == len(predicted) == len(actual) > 2:
        raise InvalidInput("a forecast is judged on three or more prices with their last close beside them")
    error, stay = predicted - actual, last_close - actual
    moved, meant = np.log(actual / last_close), np.log(predicted / last_close)
    steps, wanted = np.diff(predicted), np.diff(actual)
    there = moved != 0
    return {
        "n": float(len(actual)),
        "rmse": _rms(error),
        "rmse_persistence": _rms(stay),
        "rmse_ratio": _rms(error) / _rms(stay),
        "return_r2": 1 - float(np.sum((moved - meant) ** 2) / np.sum(moved**2)),
        "direction": float(np.mean(np.sign(moved[there]) == np.sign(meant[there]))),
        "lag_0": _correlation(steps, wanted),
        "lag_1": _correlation(steps[1:], wanted[:-1]),
        LEVEL: _r2(error, actual),
        "level_r2_persistence": _r2(stay, actual),
    }


def judge_average(
    last_close: Floats, last_average: Floats, predicted: Floats, actual: Floats
) -> dict[str, float]:
    """Figures of forecasts of an average price, `judge`d from the last *close*.

    The average of the next candle leans towards the last close by arithmetic alone (Working, 1960), so a
    forecast held against the last average looks skilled without any: `rmse_ratio_from_average` and
    `rule_direction` (the sign of close minus average as a forecast of the next average) show how much.
    """
    moved, rule = actual - last_average, last_close - last_average
    there = (moved != 0) & (rule != 0)
    return judge(last_close, predicted, actual) | {
        "rmse_ratio_from_average": _rms(predicted - actual) / _rms(moved),
        "rule_direction": float(np.mean(np.sign(moved[there]) == np.sign(rule[there]))),
    }


def presentable(figures: Mapping[str, float]) -> Mapping[str, float]:
    """The same figures; `InvalidInput` for an R² of the level without the figures that put it in place."""
    missing = [name for name in COMPANY if name not in figures]
    if LEVEL in figures and missing:
        raise InvalidInput(
            f"an R² of the price level means nothing without {', '.join(missing)}: report them with it"
        )
    return figures


def in_words(figures: Mapping[str, float]) -> list[str]:
    """The figures as sentences, the sober ones first."""
    known = presentable(figures)
    copies = known["lag_1"] > _COPIES and known["lag_1"] > known["lag_0"]
    return [
        f"RMSE {known['rmse_ratio']:.3f} times that of persistence",
        f"R² of the return {known['return_r2']:+.4f}, direction {known['direction']:.1%} right",
        f"steps: correlation {known['lag_0']:+.3f} with their own, {known['lag_1']:+.3f} with the one before"
        + (": it copies the last price" if copies else ""),
        f"R² of the level {known[LEVEL]:.4f}; persistence has {known['level_r2_persistence']:.4f}",
    ]


def _rms(error: Floats) -> float:
    return float(np.sqrt(np.mean(error**2)))


def _r2(error: Floats, actual: Floats) -> float:
    return 1 - float(np.sum(error**2) / np.sum((actual - actual.mean()) ** 2))


def _correlation(one: Floats, other: Floats) -> float:
    if one.std() == 0 or other.std() == 0:
        return 0.0
    return float(np.corrcoef(one, other)[0, 1])
