"""The feature matrix: one function for training, live scoring, walk-forward and back-test.

Money is exact up to here; `_bars` is the one place where floats begin.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa

from market.errors import InvalidInput
from market.groups import GROUPS
from market.indicators import INDICATORS
from market.indicators.volatility import sigma
from market.tick import Tick

FEATURES: Final[tuple[str, ...]] = tuple(name for each in INDICATORS for name in each.columns)
# Bars a row needs behind it. The slowest member, an exponential mean of span 200, has forgotten its start
# to 3e-10 after 2,000 bars: a window of this length and the whole history then give the same row.
WARMUP: Final = 2_100
# A hole among this many last bars spoils the short features; the long ones hardly notice it.
CLEAN_BARS: Final = 24
_COLUMNS: Final = ("open", "high", "low", "close", "volume")
_QUOTES: Final = ("bid", "bid_quantity", "ask", "ask_quantity")


def features(
    klines: pa.Table | pd.DataFrame, ticks: Sequence[Tick] = (), groups: Sequence[str] = ()
) -> pd.DataFrame:
    """One row per bar, indexed by `open_time` (ms UTC), columns `columns(groups)`, float64.

    Row t reads bars up to t only, and of the ticks (any order) those stamped up to its close. The first
    `WARMUP - 1` rows are NaN, and so is a value that is undefined (a week without any move) or belongs to
    a group that was not recorded. Bars are taken as they are, whether or not one is missing between.
    Raises `InvalidInput` when a column is missing (groups need `close_time`) or a group is unknown.
    """
    names = columns(groups)
    bars = _bars(klines, ("close_time",) if groups else ())
    bars["sigma"] = sigma(bars)
    found = [column.to_numpy() for each in INDICATORS for column in each.function(bars)]
    if groups:
        quotes = _quotes(ticks)
        found += [column.to_numpy() for name in groups for column in GROUPS[name].function(bars, quotes)]
    matrix = np.column_stack(found).astype(np.float64)
    matrix[: WARMUP - 1] = np.nan
    matrix[~np.isfinite(matrix)] = np.nan
    return pd.DataFrame(matrix, index=bars.index, columns=list(names))


def columns(groups: Sequence[str] = ()) -> tuple[str, ...]:
    """`FEATURES` and the columns of the groups; `InvalidInput` names the groups that exist."""
    unknown = [name for name in groups if name not in GROUPS]
    if unknown:
        raise InvalidInput(f"unknown feature group {unknown[0]!r}: use {', '.join(GROUPS)}")
    return (*FEATURES, *(column for name in groups for column in GROUPS[name].columns))


def complete(matrix: npt.NDArray[np.float64]) -> npt.NDArray[np.bool_]:
    """Which rows (of `columns(...)`) have every one of `FEATURES`; groups may be absent."""
    return np.asarray(np.isfinite(matrix[:, : len(FEATURES)]).all(axis=1))


def _bars(klines: pa.Table | pd.DataFrame, whole: tuple[str, ...]) -> pd.DataFrame:
    names = set(klines.column_names if isinstance(klines, pa.Table) else klines.reset_index().columns)
    missing = sorted({"open_time", *_COLUMNS, *whole} - names)
    if missing:
        raise InvalidInput(f"klines lack {', '.join(missing)}: pass the table of KlineStore.read_floats")
    if isinstance(klines, pd.DataFrame):
        given = klines.reset_index().set_index("open_time")[[*_COLUMNS, *whole]]
        return given.astype(dict.fromkeys(_COLUMNS, np.float64))
    data = {name: klines[name].cast(pa.float64()).to_numpy() for name in _COLUMNS}
    data |= {name: klines[name].to_numpy() for name in whole}
    return pd.DataFrame(data, index=pd.Index(klines["open_time"].to_numpy(), name="open_time"))


def _quotes(ticks: Sequence[Tick]) -> pd.DataFrame:
    ordered = sorted(ticks, key=lambda tick: tick.time)
    data = {name: [float(getattr(tick, name)) for tick in ordered] for name in _QUOTES}
    return pd.DataFrame({"time": np.array([tick.time for tick in ordered], dtype=np.int64), **data})
