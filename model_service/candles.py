"""What deciding a candle needs to know of it: features over its own window, the exact close."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from hashlib import sha256
from typing import Final

import numpy as np
import pyarrow as pa

from market.decision import Provenance
from market.errors import ModelRefused
from market.features import FEATURES, WARMUP, columns, features
from market.interval import Series
from market.outcome import Floats, Times
from market.ports import KlineStore
from model_service.contamination import Revised, revised, spoiled_share
from model_service.provenance import provenances
from model_service.quotes import NO_QUOTES, Quotes

_WIDEST: Final = 8
HASHED: Final = ("open", "high", "low", "close", "volume")


@dataclass(frozen=True, slots=True)
class Candle:
    """One confirmed candle; `row` has the features `names`, `data_hash` covers the window it was made from.

    `spoiled` is the share of that window that can not be relied on.
    """

    open_time: int
    close_time: int
    close: Decimal
    row: Floats
    spoiled: float
    data_hash: str
    provenance: Provenance
    names: tuple[str, ...] = FEATURES

    @property
    def features(self) -> dict[str, float | None]:
        """Features by name, None where undefined."""
        return {
            name: float(value) if np.isfinite(value) else None
            for name, value in zip(self.names, self.row, strict=True)
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


def read_window(
    klines: KlineStore, series: Series, wanted: Sequence[int], quotes: Quotes = NO_QUOTES
) -> Window:
    """The candles that open at `wanted` (ascending, confirmed), each with its features and groups."""
    table = with_history(klines, series, wanted[0], wanted[-1])
    times = table["open_time"].to_numpy()
    ticks = quotes.closing(series, wanted[0], series.interval.next_open(wanted[-1]))
    rows, hashed = features(table, ticks, quotes.groups).to_numpy(), hashed_columns(table)
    exact = klines.read(series, wanted[0], wanted[-1] + 1)
    closes = dict(zip(exact["open_time"].to_pylist(), exact["close"].to_pylist(), strict=True))
    places = np.searchsorted(times, wanted)
    at = {t: int(i) for t, i in zip(wanted, places, strict=True) if i < len(times) and times[i] == t}
    found = [t for t in at if t in closes]
    changed = revised(klines.revisions(series))
    spoiled = spoiled_share(times, series.interval, changed)
    came = _provenances(klines, series, found, changed)
    return Window(
        times,
        table["open"].to_numpy(),
        [
            Candle(
                t, series.interval.close_time(t), closes[t], rows[at[t]], float(spoiled[at[t]]),
                window_hash(times, hashed, at[t]), where, columns(quotes.groups),
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


def matrix_of(candles: Sequence[Candle], names: tuple[str, ...]) -> Floats:
    """These features of the candles as one matrix; `ModelRefused` where one was not looked up."""
    known = candles[0].names
    if known == names:
        return np.array([candle.row for candle in candles])
    missing = sorted(set(names) - set(known))
    if missing:
        raise ModelRefused(
            f"the model reads {', '.join(missing)}, for which ticks are needed: train it without "
            "OPA_FEATURE_GROUPS"
        )
    places = [known.index(name) for name in names]
    return np.array([candle.row[places] for candle in candles])
