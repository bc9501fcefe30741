"""The feature matrix: one function for training, live scoring, walk-forward and back-test.

Money is exact up to here; `_bars` is the one place where floats begin.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa

from market.errors import InvalidInput
from market.indicators import INDICATORS
from market.indicators.volatility import sigma
from market.interval import Interval

FEATURES: Final[tuple[str, ...]] = tuple(name for each in INDICATORS for name in each.columns)
# Bars a row needs behind it. The slowest member, an exponential mean of span 200, has forgotten its start
# to 3e-10 after 2,000 bars: a window of this length and the whole history then give the same row.
WARMUP: Final = 2_100
# A hole among this many last bars spoils the short features; the long ones hardly notice one.
CLEAN_BARS: Final = 24
_COLUMNS: Final = ("open", "high", "low", "close", "volume")


def features(klines: pa.Table | pd.DataFrame) -> pd.DataFrame:
    """One row per bar, indexed by `open_time` (ms UTC), columns `FEATURES`, float64.

    Row t reads bars up to t only. The first `WARMUP - 1` rows are NaN, and so is a row whose value is
    undefined (a week without any move). Bars are taken as they are: `contaminated` tells where one is
    missing. Raises `InvalidInput` when a column is missing.
    """
    bars = _bars(klines)
    bars["sigma"] = sigma(bars)
    columns = [column.to_numpy() for each in INDICATORS for column in each.function(bars)]
    matrix = np.column_stack(columns).astype(np.float64)
    matrix[: WARMUP - 1] = np.nan
    matrix[~np.isfinite(matrix)] = np.nan
    return pd.DataFrame(matrix, index=bars.index, columns=list(FEATURES))


def contaminated(open_times: npt.NDArray[np.int64], interval: Interval) -> npt.NDArray[np.bool_]:
    """Whether one of the last `CLEAN_BARS` steps before each bar jumps over a missing bar."""
    expected = np.array([interval.next_open(int(t)) for t in open_times[:-1]], dtype=np.int64)
    jumps = np.r_[0, (open_times[1:] != expected).astype(np.int64)]
    total = np.cumsum(jumps)
    before = np.r_[np.zeros(CLEAN_BARS, dtype=np.int64), total][: len(total)]
    return np.asarray(total - before > 0)


def _bars(klines: pa.Table | pd.DataFrame) -> pd.DataFrame:
    names = set(klines.column_names if isinstance(klines, pa.Table) else klines.reset_index().columns)
    missing = sorted({"open_time", *_COLUMNS} - names)
    if missing:
        raise InvalidInput(f"klines lack {', '.join(missing)}: pass the table of KlineStore.read_floats")
    if isinstance(klines, pd.DataFrame):
        return klines.reset_index().set_index("open_time")[list(_COLUMNS)].astype(np.float64)
    data = {name: klines[name].cast(pa.float64()).to_numpy() for name in _COLUMNS}
    return pd.DataFrame(data, index=pd.Index(klines["open_time"].to_numpy(), name="open_time"))
