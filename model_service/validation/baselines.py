"""What needs no model at all, forecast by forecast as a model would give it.

Base rate: it rises as often as it did so far. Persistence: the last move goes on as often as it did so far.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from market.features import FEATURES
from market.outcome import Floats, Times
from model_service.evaluate import Forecast, expanding_base_rate, expanding_share
from model_service.matrix import History

_LOW, _HIGH = 0.1, 0.9
# Quantiles of everything before are taken anew a week of hours at a time, at most 200 times.
_SHORTEST_STRETCH: Final = 168
_STRETCHES: Final = 200


def base_rate(known: History) -> Floats:
    """Share of rises before each bar."""
    return expanding_base_rate(known.labels.gain, known.labels.last_bar, known.open_times)


def base_rate_forecast(known: History) -> Forecast:
    """The base rate, with the middle 80 % of the gains before as interval."""
    rate = base_rate(known)
    low, high = _quantiles(known.labels.gain, known.labels.last_bar, known.open_times)
    return Forecast(rate, rate, low, high)


def persistence_forecast(known: History) -> Forecast:
    """The last move again, and how often and how closely that came true before."""
    label, last = known.labels, known.matrix[:, FEATURES.index("return_1")] * known.sigma
    goes_on = np.where(np.isfinite(label.gain), (label.gain > 0) == (last > 0), np.nan)
    share = expanding_share(goes_on, label.last_bar, known.open_times)
    low, high = _quantiles(label.gain - last, label.last_bar, known.open_times)
    return Forecast(np.where(last > 0, share, 1 - share), last, last + low, last + high)


def _quantiles(values: Floats, last_bar: Times, open_times: Times) -> tuple[Floats, Floats]:
    rows = len(values)
    found = np.full((rows, 2), np.nan)
    stretch = max(_SHORTEST_STRETCH, rows // _STRETCHES)
    for start in range(0, rows, stretch):
        before = values[: np.searchsorted(last_bar, open_times[start], side="left")]
        seen = before[np.isfinite(before)]
        if len(seen):
            found[start : start + stretch] = np.quantile(seen, [_LOW, _HIGH])
    return found[:, 0], found[:, 1]
