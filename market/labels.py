"""What the models learn: the realised return of each decision, seen from the end of its horizon.

Training only; nothing that serves a decision may import this module.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from market.interval import Interval
from market.outcome import Floats, Times, realised


@dataclass(frozen=True, slots=True)
class Labels:
    """One element per bar; NaN where the return is pending or a bar it needs is missing.

    `gain` is the gross open-to-open return, `scaled` the same in volatilities over the horizon, `up` is
    1.0 where it is above zero, `last_bar` the open time (ms UTC) of the newest bar the label has read.
    """

    gain: Floats
    scaled: Floats
    up: Floats
    last_bar: Times

    @property
    def known(self) -> npt.NDArray[np.bool_]:
        """Where there is a label."""
        return np.isfinite(self.scaled)


def labels(open_times: Times, opens: Floats, interval: Interval, horizon: int, sigma: Floats) -> Labels:
    """Labels of the given bars; `sigma` is the one-bar volatility known at each bar's close."""
    found = realised(open_times, opens, interval, horizon)
    gain = found.gross
    up = np.where(np.isfinite(gain), (gain > 0).astype(np.float64), np.nan)
    return Labels(gain, gain / (sigma * np.sqrt(horizon)), up, found.exit_time)
