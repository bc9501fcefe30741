"""Whether prices and volume move around news more than around moments that resemble it.

Abnormal is what differs from the mean of the 168 hours before (MacKinlay, 1997); the test compares with
placebo moments instead of assuming a distribution (Hein and Westfall, 2004), and counts a day as one
cluster (Kolari and Pynnonen, 2010).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from market.errors import InvalidInput
from news.placebo import Floats, Places, Times, draw, near, strata

MINUTE_MS: Final = 60_000
_DAY_MS: Final = 1_440 * MINUTE_MS
# Minutes around the event, both ends included. An effect in `before` says that the news followed the price.
WINDOWS: Final = {"before": (-60, -5), "1m": (0, 1), "5m": (0, 5), "15m": (0, 15), "60m": (0, 60)}
MEASURES: Final = ("return", "size", "volume")
PLACEBOS: Final = 400
_NORMAL_MINUTES: Final = 168 * 60
_CALM_MINUTES: Final = 60
_FEWEST_PLACEBOS: Final = 20
_FEWEST_EVENTS: Final = 5
_REACH: Final = max(end for _, end in WINDOWS.values())


class Effect(NamedTuple):
    """One measure in one window: mean over events and over placebos, and the chance of such a difference.

    `return` is the cumulative abnormal log return; `size` (absolute return) and `volume` (log volume) are
    means per minute. `p_adjusted` is corrected for the number of windows (Holm, 1979).
    """

    measure: str
    window: str
    events: int
    mean: float
    placebo_mean: float
    p: float
    p_adjusted: float


@dataclass(frozen=True, slots=True)
class Market:
    """A minute market made ready: per minute its kind, and each measure over each window around it."""

    times: Times
    kinds: npt.NDArray[np.int64]
    sums: dict[tuple[str, str], Floats]


def prepare(bars: pd.DataFrame) -> Market:
    """Minutes with `open_time` (ms UTC), `close` and `volume`; missing minutes stay missing.

    A window that touches a missing minute, or the first 168 hours, is NaN and takes part in nothing.
    """
    minutes = bars.set_index("open_time")[["close", "volume"]].astype(np.float64)
    if len(minutes) < 2 * _NORMAL_MINUTES:
        raise InvalidInput(f"{len(minutes)} minutes: an event study needs at least {2 * _NORMAL_MINUTES}")
    grid = np.arange(minutes.index[0], minutes.index[-1] + 1, MINUTE_MS, dtype=np.int64)
    minutes = minutes.reindex(grid)
    move = np.log(minutes["close"]).diff()
    calm = move.rolling(_CALM_MINUTES, min_periods=_CALM_MINUTES // 2).std().shift(1)
    measured = {"return": move, "size": move.abs(), "volume": np.log1p(minutes["volume"])}
    sums = {}
    for name, values in measured.items():
        usual = values.rolling(_NORMAL_MINUTES, min_periods=_NORMAL_MINUTES // 2).mean().shift(1)
        abnormal = (values - usual).to_numpy()
        for window, (start, end) in WINDOWS.items():
            total = _window_sums(abnormal, start, end)
            sums[name, window] = total if name == "return" else total / (end - start + 1)
    return Market(grid, strata(grid, calm.to_numpy()), sums)


def study(
    market: Market, events: npt.ArrayLike, *, signs: npt.ArrayLike | None = None, seed: int = 7
) -> list[Effect]:
    """Test every measure in every window; `events` are times of publication (ms UTC).

    Events closer than an hour are one event. With `signs` (+1 good news, -1 bad) returns count in the
    direction of the news. Raises `InvalidInput` when fewer than five events can be matched.
    """
    at, direction = _merged(market, np.asarray(events, dtype=np.int64), signs)
    allowed = np.isfinite(np.sum(list(market.sums.values()), axis=0)) & ~near(
        at, len(market.times), _REACH, _REACH
    )
    usable = np.isfinite(np.sum([total[at] for total in market.sums.values()], axis=0))
    at, direction = at[usable], direction[usable]
    matched, placebos = draw(market.kinds, allowed, at, PLACEBOS, _FEWEST_PLACEBOS, seed)
    if len(matched) < _FEWEST_EVENTS:
        raise InvalidInput(f"{len(matched)} separate events with placebos: give at least {_FEWEST_EVENTS}")
    turn = direction[np.isin(at, matched)]
    found: list[Effect] = []
    for measure in MEASURES:
        factor = turn if measure == "return" else np.ones_like(turn)
        found += _effects(market, measure, matched, placebos, factor)
    return found


def _merged(market: Market, events: Times, signs: npt.ArrayLike | None) -> tuple[Places, Floats]:
    order = np.argsort(events, kind="stable")
    direction = np.ones(len(events)) if signs is None else np.asarray(signs, dtype=np.float64)
    at = (events[order] - market.times[0]) // MINUTE_MS
    inside = (at >= 0) & (at < len(market.times))
    at, direction = at[inside], direction[order][inside]
    kept: list[int] = []
    for i, place in enumerate(at):
        if not kept or place - at[kept[-1]] > _REACH:
            kept.append(i)
    return at[kept].astype(np.intp), direction[kept]


def _effects(market: Market, measure: str, at: Places, placebos: Places, factor: Floats) -> list[Effect]:
    days, other_days = market.times[at] // _DAY_MS, market.times[placebos] // _DAY_MS
    rows: list[tuple[str, float, float, float]] = []
    for window in WINDOWS:
        values = market.sums[measure, window]
        ours, others = values[at], values[placebos]
        usual = others.mean(axis=0)
        found = _by_day((ours - usual)[None] * factor, days[None])[0]
        chance = _by_day((others - usual) * factor, other_days)
        extreme = int((np.abs(chance) >= abs(found)).sum())
        p = (1 + extreme) / (1 + len(chance))
        rows.append((window, float((ours * factor).mean()), float((usual * factor).mean()), p))
    adjusted = holm([row[3] for row in rows])
    return [
        Effect(measure, window, len(at), ours, usual, p, corrected)
        for (window, ours, usual, p), corrected in zip(rows, adjusted, strict=True)
    ]


def _by_day(differences: Floats, days: Times) -> Floats:
    """Sum over events (columns) in units of its spread, in which the events of one day count as one.

    News comes in clusters, and a restless day spoils all of its events alike.
    """
    first = int(days.min())
    daily = np.zeros((len(differences), int(days.max()) - first + 1))
    np.add.at(daily, (np.arange(len(differences))[:, None], days - first), differences)
    total, spread = differences.sum(axis=1), np.sqrt((daily**2).sum(axis=1))
    # Nothing moved (a market that stands still, news without a sign): no effect, not an infinite one.
    return np.asarray(np.divide(total, spread, out=np.zeros_like(total), where=spread > 0))


def holm(p_values: list[float]) -> list[float]:
    """P-values corrected for their number, step down: none is smaller than one that was smaller before."""
    adjusted, floor = [0.0] * len(p_values), 0.0
    for rank, i in enumerate(sorted(range(len(p_values)), key=p_values.__getitem__)):
        floor = max(floor, min(1.0, p_values[i] * (len(p_values) - rank)))
        adjusted[i] = floor
    return adjusted


def _window_sums(values: Floats, start: int, end: int) -> Floats:
    total = np.r_[0.0, np.cumsum(np.where(np.isfinite(values), values, 0.0))]
    gaps = np.r_[0, np.cumsum(~np.isfinite(values))]
    first, last = np.arange(len(values)) + start, np.arange(len(values)) + end + 1
    inside = (first >= 0) & (last <= len(values))
    first, last = np.clip(first, 0, len(values)), np.clip(last, 0, len(values))
    whole = inside & (gaps[last] == gaps[first])
    return np.where(whole, total[last] - total[first], np.nan)
