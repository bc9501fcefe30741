"""What deciding a candle needs to know of it: features over its own window, the exact close."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from hashlib import sha256
from typing import Final

import numpy as np
import pandas as pd
import pyarrow as pa

from market.decision import Provenance
from market.features import FEATURES, WARMUP, features
from market.interval import Series
from market.outcome import Floats, Times
from market.ports import KlineStore
from model_service.contamination import Revised, revised, spoiled_share
from model_service.provenance import provenances

_WIDEST: Final = 8
HASHED: Final = ("open", "high", "low", "close", "volume")


@dataclass(frozen=True, slots=True)
class Candle:
    """One confirmed candle; `row` has `FEATURES`, `data_hash` covers the window it was made from.

    `spoiled` is the share of that window that can not be relied on.
    """

    open_time: int
    close_time: int
    close: Decimal
    row: Floats
    spoiled: float
    data_hash: str
    provenance: Provenance

    @property
    def features(self) -> dict[str, float | None]:
        """Features by name, None where undefined."""
        return {
            name: float(value) if np.isfinite(value) else None
            for name, value in zip(FEATURES, self.row, strict=True)
        }


@dataclass(frozen=True, slots=True)
class Window:
    """Confirmed candles around the ones to decide: `times` and `opens` reach `WARMUP` bars back."""

    times: Times
    opens: Floats
    candles: list[Candle]

    def open_after(self, open_time: int) -> float | None:
        """Open price of the first candle after one, None while there is none."""
        at = int(np.searchsorted(self.times, open_time, side="right"))
        return float(self.opens[at]) if at < len(self.times) else None


def read_window(klines: KlineStore, series: Series, wanted: Sequence[int]) -> Window:
    """The candles that open at `wanted` (ascending, confirmed), each with its features."""
    table = with_history(klines, series, wanted[0], wanted[-1])
    times = table["open_time"].to_numpy()
    rows, columns = features(table).to_numpy(), hashed_columns(table)
    exact = klines.read(series, wanted[0], wanted[-1] + 1)
    closes = dict(zip(exact["open_time"].to_pylist(), exact["close"].to_pylist(), strict=True))
    at = {int(t): int(i) for i, t in enumerate(times)}
    found = [t for t in wanted if t in at and t in closes]
    changed = revised(klines.revisions(series))
    spoiled = spoiled_share(times, series.interval, changed)
    came = _provenances(klines, series, found, changed)
    return Window(
        times,
        table["open"].to_numpy(),
        [
            Candle(
                t, series.interval.close_time(t), closes[t], rows[at[t]], float(spoiled[at[t]]),
                window_hash(times, columns, at[t]), where,
            )
            for t, where in zip(found, came, strict=True)
        ],
    )  # fmt: skip


def _provenances(
    klines: KlineStore, series: Series, found: Sequence[int], changed: Revised
) -> list[Provenance]:
    if not found:
        return []
    start = found[0] - WARMUP * series.interval.typical_ms
    origins = klines.read_origins(series, start, found[-1] + 1)
    return provenances(origins, np.array(found, dtype=np.int64), series.interval, changed)


def with_history(klines: KlineStore, series: Series, first: int, last: int) -> pa.Table:
    """Confirmed candles that open from `first` to `last`, with the warm-up of the first before them."""
    # Holes shorten a window that is cut by time; widen it until the first candle has its full warm-up.
    step, factor = series.interval.typical_ms, 1
    while True:
        table = klines.read_floats(series, first - (WARMUP + 24) * factor * step, last + 1)
        before = int(np.searchsorted(table["open_time"].to_numpy(), first))
        if before >= WARMUP - 1 or factor >= _WIDEST:
            return table
        factor *= 2


def hashed_columns(table: pa.Table) -> Floats:
    """What is hashed of candles besides their times: (OHLCV, candles)."""
    return np.array([table[name].to_numpy() for name in HASHED], dtype="<f8")


def window_hash(times: Times, columns: Floats, at: int) -> str:
    """sha256 over the window of candle number `at`: open times, then column after column."""
    window = slice(max(0, at + 1 - WARMUP), at + 1)
    digest = sha256(np.asarray(times[window], dtype="<i8").tobytes())
    for column in columns:
        digest.update(column[window].tobytes())
    return digest.hexdigest()


def frame(candles: Sequence[Candle]) -> pd.DataFrame:
    """The candles' features as one matrix."""
    return pd.DataFrame([candle.row for candle in candles], columns=list(FEATURES))
