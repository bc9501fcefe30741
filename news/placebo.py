"""Moments that resemble the events in everything but the event."""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Times = npt.NDArray[np.int64]
Places = npt.NDArray[np.intp]
_HOUR_MS: Final = 3_600_000
_DAY_MS: Final = 24 * _HOUR_MS
_DECILES: Final = 10
# 1 January 1970 was a Thursday; Saturday and Sunday are days 5 and 6 of a week that begins on Monday.
_FIRST_WEEKDAY: Final = 3
_SATURDAY: Final = 5


def strata(times: Times, activity: Floats) -> npt.NDArray[np.int64]:
    """Kind of each moment (ms UTC): weekend or not, hour of the day, decile of the activity just before it.

    -1 where `activity` is NaN. Tests that compare news with random moments instead find effects of news
    that never happened, because news comes when markets are awake.
    """
    weekend = ((times // _DAY_MS + _FIRST_WEEKDAY) % 7 >= _SATURDAY).astype(np.int64)
    hour = times % _DAY_MS // _HOUR_MS
    known = np.isfinite(activity)
    bounds = (
        np.quantile(activity[known], np.linspace(0, 1, _DECILES + 1)[1:-1]) if known.any() else activity[:0]
    )
    decile = np.searchsorted(bounds, activity, side="right")
    return np.where(known, (weekend * 24 + hour) * _DECILES + decile, -1)


def draw(
    kinds: npt.NDArray[np.int64],
    allowed: npt.NDArray[np.bool_],
    at: Places,
    draws: int,
    fewest: int,
    seed: int,
) -> tuple[Places, Places]:
    """Places of the events that can be matched, and `draws` placebos for each (draws, events).

    A placebo is of the event's kind and `allowed` (not near any event). Events of a kind with fewer than
    `fewest` placebos are left out.
    """
    free = np.flatnonzero(allowed & (kinds >= 0))
    pool = free[np.argsort(kinds[free], kind="stable")]
    ordered = kinds[pool]
    first, last = (np.searchsorted(ordered, kinds[at], side=side) for side in ("left", "right"))
    enough = (last - first >= fewest) & (kinds[at] >= 0)
    first, size = first[enough], (last - first)[enough]
    shares = np.random.default_rng(seed).random((draws, int(enough.sum())))
    return at[enough], pool[first + (shares * size).astype(np.intp)]


def near(places: Places, length: int, before: int, after: int) -> npt.NDArray[np.bool_]:
    """Which of `length` places lie from `before` ahead of one of `places` to `after` behind it."""
    edges = np.zeros(length + 1, dtype=np.int64)
    np.add.at(edges, np.clip(places - before, 0, length), 1)
    np.add.at(edges, np.clip(places + after + 1, 0, length), -1)
    return np.asarray(np.cumsum(edges[:-1]) > 0)
