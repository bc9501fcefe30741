"""Windows of candles for a recurrent network, cut in time and standardised on the training part."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa

from market.errors import InvalidInput
from market.features import features
from market.outcome import Floats, Times

STEPS: Final = 60
INPUTS: Final = ("return_1", "range", "close_location", "volume_z", "volatility_24_168")
TRAINING_SHARE: Final = 0.8
_FEWEST: Final = 200
_LARGEST_Z: Final = 5.0


@dataclass(frozen=True, slots=True)
class Windows:
    """Standardised windows (rows, steps, inputs) with the log return of the close that follows each.

    `target` is standardised by `mean` and `deviation` of the training part. `times` (ms UTC) are the open
    times of the last candle in each window, `last_close` its close, `next_close` the one to be forecast.
    """

    inputs: npt.NDArray[np.float32]
    target: Floats
    times: Times
    last_close: Floats
    next_close: Floats
    mean: float
    deviation: float

    def price(self, output: Floats) -> Floats:
        """The price that a standardised output stands for."""
        return np.asarray(self.last_close * np.exp(output * self.deviation + self.mean))


def cut(klines: pa.Table | pd.DataFrame) -> tuple[Windows, Windows]:
    """The first 80 % of the candles to learn from and the last 20 % to be judged on.

    Purged: between the two lie a whole window and the bar of the last target, so that no judged window holds
    a candle that was learnt. Means and deviations come from the training part alone. `InvalidInput` when
    there is too little.
    """
    matrix = features(klines)[list(INPUTS)]
    rows, close = matrix.to_numpy(), np.asarray(klines["close"], dtype=np.float64)
    ends = _whole(rows)
    ends = ends[ends < len(close) - 1]
    split = int(len(ends) * TRAINING_SHARE)
    parts = ends[: max(0, split - STEPS - 1)], ends[split:]
    if min(map(len, parts)) < _FEWEST:
        raise InvalidInput(
            f"insufficient history: {len(ends)} complete windows; populate a longer history for an LSTM"
        )
    seen = rows[: parts[0][-1] + 1]
    mean, deviation = np.nanmean(seen, axis=0), np.nanstd(seen, axis=0)
    z = np.clip((rows - mean) / np.where(deviation > 0, deviation, 1.0), -_LARGEST_Z, _LARGEST_Z)
    moves = np.log(close[parts[0] + 1] / close[parts[0]])
    times = matrix.index.to_numpy(np.int64)
    usual, spread = float(moves.mean()), float(moves.std()) or 1.0
    return (
        _windows(z, close, times, parts[0], usual, spread),
        _windows(z, close, times, parts[1], usual, spread),
    )


def _whole(rows: Floats) -> np.ndarray:
    """Where a window ends of which every candle has every input."""
    gaps = np.r_[0, np.cumsum(~np.isfinite(rows).all(axis=1))]
    return np.flatnonzero(gaps[STEPS:] == gaps[:-STEPS]) + STEPS - 1


def _windows(
    z: Floats, close: Floats, times: Times, ends: np.ndarray, mean: float, deviation: float
) -> Windows:
    places = ends[:, None] + np.arange(1 - STEPS, 1)
    now, then = close[ends], close[ends + 1]
    target = (np.log(then / now) - mean) / deviation
    return Windows(z.astype(np.float32)[places], target, times[ends], now, then, mean, deviation)
