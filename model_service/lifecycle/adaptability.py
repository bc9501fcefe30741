"""How models keep up with a market that changes: by month, volatility, trend, and in made-up regimes."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from functools import partial
from typing import Any, Final

import numpy as np
import pandas as pd
import pyarrow as pa

from market.features import FEATURES
from market.interval import Interval
from market.outcome import BASIS_POINT, Floats
from model_service.evaluate import auc
from model_service.lifecycle.measures import slope
from model_service.lifecycle.refits import EXPANDING, FROZEN, Lived, Refit, live_through, rolling
from model_service.lifecycle.regimes import FLIP, REGIMES, regimes
from model_service.matrix import History, history
from model_service.spec import Plan, Spec, plan

ALL: Final = "all"
_TERCILES: Final = {"volatility": ("calm", "usual", "restless"), "trend": ("falling", "flat", "rising")}
_TREND: Final = FEATURES.index("return_168")
_FEWEST: Final = 100
_REGIME_BARS: Final = 12_000
_REGIME_TURN: Final = 8_000
_QUARTER_YEAR: Final = 2_190
Rows = np.ndarray[tuple[int], np.dtype[np.bool_]]


@dataclass(frozen=True, slots=True)
class Line:
    """One habit of refitting in one part of the judged candles; `net_bp` is the sum over the part."""

    market: str
    refit: str
    by: str
    part: str
    n: int
    auc: float
    brier_skill: float
    calibration_slope: float
    net_bp: float


Progress = Callable[[str, float], None]


def adaptability(klines: pa.Table | pd.DataFrame, spec: Spec, market: str, progress: Progress) -> list[Line]:
    """Every habit on one market: as a whole and by month, volatility tercile and trend tercile.

    Months of hourly candles; of other intervals the blocks of the walk-forward, named by their first day.
    """
    known = history(klines, spec)
    cuts = plan(len(known.open_times), spec.interval)
    lines: list[Line] = []
    for habit in (FROZEN, EXPANDING, rolling(cuts)):
        lived = live_through(known, cuts, spec, habit, partial(progress, f"{market}, {habit.name}"))
        for by, parts in _parts(known, cuts, spec.interval).items():
            lines += [_line(market, habit, by, part, lived, rows) for part, rows in parts.items()]
    return lines


def in_regimes(spec: Spec, progress: Progress, names: Sequence[str] = REGIMES) -> list[Line]:
    """Every habit in the three made-up markets of hours; where the edge turns, before and after.

    There a fourth habit learns from the newest three months only: what a turn asks for.
    """
    hourly = replace(spec, interval=Interval("1h"), horizon=1)
    lines: list[Line] = []
    made = regimes(_REGIME_BARS, _REGIME_TURN, hourly.interval)
    for name in names:
        known = history(made[name], hourly)
        cuts = replace(plan(_REGIME_BARS, hourly.interval), untouched=0)
        habits = [FROZEN, EXPANDING, rolling(cuts)]
        if name == FLIP:
            habits.append(Refit("rolling 3 months", window=_QUARTER_YEAR))
        for habit in habits:
            lived = live_through(known, cuts, hourly, habit, partial(progress, f"{name}, {habit.name}"))
            parts = around_the_turn(cuts) if name == FLIP else {ALL: np.ones(len(lived.net), dtype=bool)}
            lines += [_line(name, habit, "turn", part, lived, rows) for part, rows in parts.items()]
    return lines


def around_the_turn(cuts: Plan) -> Mapping[str, Rows]:
    """Judged bars before the edge turns, in the three months after, and later."""
    at = np.arange(*cuts.judged.indices(cuts.bars)[:2]) - _REGIME_TURN
    return {
        "before": at < 0,
        "3 months after": (at >= 0) & (at < _QUARTER_YEAR),
        "later": at >= _QUARTER_YEAR,
    }


def _parts(known: History, cuts: Plan, interval: Interval) -> dict[str, dict[str, Rows]]:
    rows = cuts.judged
    times, sigma, trend = known.open_times[rows], known.sigma[rows], known.matrix[rows, _TREND]
    if interval.name == "1h":
        names = [datetime.fromtimestamp(t / 1000, UTC).strftime("%Y-%m") for t in times]
    else:
        first = [times[i // cuts.step * cuts.step] for i in range(len(times))]
        names = [datetime.fromtimestamp(t / 1000, UTC).strftime("%Y-%m-%d") for t in first]
    return {
        ALL: {ALL: np.ones(len(times), dtype=bool)},
        "volatility": _terciles(sigma, _TERCILES["volatility"]),
        "trend": _terciles(trend, _TERCILES["trend"]),
        "month": {name: np.array(names) == name for name in dict.fromkeys(names)},
    }


def _terciles(values: Floats, names: Sequence[str]) -> dict[str, Rows]:
    low, high = np.nanquantile(values, [1 / 3, 2 / 3])
    return dict(zip(names, (values <= low, (values > low) & (values <= high), values > high), strict=True))


def _line(market: str, habit: Refit, by: str, part: str, lived: Lived, rows: Rows) -> Line:
    judged = lived.judged
    known = rows & np.isfinite(judged.gain) & np.isfinite(judged.probability) & np.isfinite(lived.base_rate)
    p, up = judged.probability[known], (judged.gain[known] > 0).astype(np.float64)
    net = float(np.log1p(lived.net[rows]).sum() / BASIS_POINT)
    if len(p) < _FEWEST:
        return Line(market, habit.name, by, part, len(p), np.nan, np.nan, np.nan, net)
    base = float(np.mean((lived.base_rate[known] - up) ** 2))
    skill = 1 - float(np.mean((p - up) ** 2)) / base
    return Line(market, habit.name, by, part, len(p), auc(p, up), skill, slope(p, up), net)


def as_json(lines: Sequence[Line]) -> list[dict[str, Any]]:
    """The lines as plain values, null where there were too few candles."""
    return [
        {
            key: None if isinstance(value, float) and not np.isfinite(value) else value
            for key, value in each.items()
        }
        for each in map(asdict, lines)
    ]
