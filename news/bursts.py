"""How fast a market answers news: the first second with more trades than such seconds ever have."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from market.errors import InvalidInput
from news.placebo import Floats, Places, Times, draw, near, strata

SECOND_MS: Final = 1_000
# People need about ten seconds to read and act; a burst before that was made by machines.
SHARES_S: Final = (1, 5, 60)
_QUANTILE: Final = 0.999
_HORIZON: Final = 60
_BEFORE: Final = 60
_PLACEBO_SECONDS: Final = 3_000
_FEWEST_PLACEBOS: Final = 100


class Answer(NamedTuple):
    """Seconds from publication to the first burst (NaN: none within a minute), and their summary.

    `shares` is the part of events answered within each of `SHARES_S` seconds.
    """

    latencies: Floats
    median: float
    shares: dict[int, float]


@dataclass(frozen=True, slots=True)
class Reaction:
    """What followed the events, and what followed moments like them without news."""

    events: Answer
    placebo: Answer


def reaction(trades: npt.ArrayLike, start: int, events: npt.ArrayLike, *, seed: int = 7) -> Reaction:
    """Latency of the answer to `events` (ms UTC), from trade counts of consecutive seconds from `start` on.

    A burst is a second with more trades than the 99.9 % quantile of seconds of the same kind (weekend,
    hour, decile of activity in the minute before). It is dated to the middle of its second, so that a
    latency is exact to half a second, and no better than the clock that stamped the news.
    """
    counts = np.asarray(trades, dtype=np.float64)
    times = start + np.arange(len(counts), dtype=np.int64) * SECOND_MS
    published = np.asarray(events, dtype=np.int64)
    at = ((published - start) // SECOND_MS).astype(np.intp)
    inside = (at >= _BEFORE) & (at < len(counts) - _HORIZON)
    published, at = published[inside], at[inside]
    kinds = strata(times, _activity(counts))
    allowed = ~near(at, len(counts), _BEFORE, _HORIZON)
    allowed[len(counts) - _HORIZON :] = False
    matched, seconds = draw(kinds, allowed, at, _PLACEBO_SECONDS, _FEWEST_PLACEBOS, seed)
    if not len(matched):
        raise InvalidInput("no event has placebo seconds: give more seconds of trades around the events")
    limits = np.quantile(counts[seconds], _QUANTILE, axis=0)
    stamped = published[np.isin(at, matched)]
    twin = seconds[0]
    return Reaction(
        _answer(counts, times, matched, stamped, limits),
        _answer(counts, times, twin, times[twin] + stamped % SECOND_MS, limits),
    )


def _activity(counts: Floats) -> Floats:
    total = np.r_[0.0, np.cumsum(counts)]
    before = np.full(len(counts), np.nan)
    before[_BEFORE:] = total[_BEFORE:-1] - total[: -_BEFORE - 1]
    return before


def _answer(counts: Floats, times: Times, at: Places, published: Times, limits: Floats) -> Answer:
    window = counts[at[:, None] + np.arange(_HORIZON)]
    burst = window > limits[:, None]
    first = at + burst.argmax(axis=1)
    middle = times[first] + SECOND_MS / 2
    latencies = np.where(burst.any(axis=1), np.maximum(middle - published, 0) / SECOND_MS, np.nan)
    answered = latencies[np.isfinite(latencies)]
    return Answer(
        latencies,
        float(np.median(answered)) if len(answered) else float("nan"),
        {limit: float(np.mean(latencies < limit)) for limit in SHARES_S},
    )
