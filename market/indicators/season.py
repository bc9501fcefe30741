"""The hour of the day and the day of the week (UTC), as points on a circle."""

from __future__ import annotations

import numpy as np
import pandas as pd

from market.interval import DAY

WEEK = 7 * DAY
COLUMNS = ("day_sin", "day_cos", "week_sin", "week_cos")


def season(bars: pd.DataFrame) -> list[pd.Series]:
    """Sine and cosine of the bar's open time within its day and within its week."""
    times = bars.index.to_numpy()
    angles = [2 * np.pi * (times % length) / length for length in (DAY, WEEK)]
    waves = [wave(angle) for angle in angles for wave in (np.sin, np.cos)]
    return [pd.Series(wave, index=bars.index) for wave in waves]
