"""Everything known about a series at once: candles, features, labels."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa

from market.features import FEATURES, complete, features
from market.labels import Labels, labels
from market.outcome import Floats, Times
from market.tick import Tick
from model_service.contamination import NOTHING_REVISED, Revised, spoiled_share
from model_service.spec import Spec

_PRICES: Final = ("open", "high", "low", "close")


@dataclass(frozen=True, slots=True)
class History:
    """Vectors over the bars of one series; `matrix` is (bars, features) with NaN while not warmed up.

    `sigma` is the one-bar volatility known at the bar's close, `contaminated` where too much of a bar's
    window is spoiled (`model_service.contamination`).
    """

    open_times: Times
    opens: Floats
    highs: Floats
    lows: Floats
    closes: Floats
    matrix: Floats
    sigma: Floats
    contaminated: npt.NDArray[np.bool_]
    labels: Labels
    data_hash: str

    def open_after(self, open_time: int) -> float | None:
        """Open price of the first candle after one, None while there is none."""
        at = int(np.searchsorted(self.open_times, open_time, side="right"))
        return float(self.opens[at]) if at < len(self.opens) else None

    def training(self, before: int) -> npt.NDArray[np.int64]:
        """Rows fit to learn from when the first bar to be scored is row `before`.

        Purged: the newest bar a label has read (H + 1 after its own) closed before that bar opened.
        """
        usable = self.labels.known[:before] & complete(self.matrix[:before])
        if before < len(self.open_times):
            usable &= self.labels.last_bar[:before] < self.open_times[before]
        return np.flatnonzero(usable)


def history(
    klines: pa.Table | pd.DataFrame,
    spec: Spec,
    changed: Revised = NOTHING_REVISED,
    ticks: Sequence[Tick] = (),
) -> History:
    """Features and labels of the klines (`KlineStore.read_floats`), oldest first.

    `changed` are the candles that the exchange has revised, `ticks` what the groups of the spec read.
    """
    matrix = features(klines, ticks, spec.groups)
    times = matrix.index.to_numpy(np.int64)
    opens, highs, lows, closes = (np.asarray(klines[name], dtype=np.float64) for name in _PRICES)
    sigma = np.exp(matrix["log_sigma"].to_numpy())
    return History(
        times,
        opens,
        highs,
        lows,
        closes,
        matrix.to_numpy(),
        sigma,
        spoiled_share(times, spec.interval, changed) > spec.spoiled_limit,
        labels(times, opens, spec.interval, spec.horizon, sigma),
        _hash_with_groups(data_hash(klines), matrix, spec),
    )


def _hash_with_groups(of_klines: str, matrix: pd.DataFrame, spec: Spec) -> str:
    # Ticks are kept for days only: what a group said of each candle is what can be told apart later.
    if not spec.groups:
        return of_klines
    read = matrix[list(spec.columns[len(FEATURES) :])].to_numpy("<f8")
    return sha256(of_klines.encode() + read.tobytes()).hexdigest()


def data_hash(klines: pa.Table | pd.DataFrame) -> str:
    """sha256 over open times and OHLCV (little-endian, column after column)."""
    digest = sha256()
    digest.update(np.asarray(klines["open_time"], dtype="<i8").tobytes())
    for name in (*_PRICES, "volume"):
        digest.update(np.asarray(klines[name], dtype="<f8").tobytes())
    return digest.hexdigest()
