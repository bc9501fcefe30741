"""Descriptive statistics of a period, column by column."""

from __future__ import annotations

from typing import Final

import numpy as np
import pyarrow as pa

from api_historic.deps import Period
from market.errors import InvalidInput
from market.interval import Series
from market.kline import PRICE_FIELDS, VOLUME_FIELDS
from market.ports import KlineStore

NUMERIC: Final = (*PRICE_FIELDS, *VOLUME_FIELDS, "trades")
# 600,000 bars are 14 months of 1m; nine float64 columns of them are 43 MB.
MAX_ROWS: Final = 600_000
_READ_AT_ONCE: Final = 20_000

Described = dict[str, float | int | None]


def period_columns(
    store: KlineStore, series: Series, period: Period
) -> tuple[list[int], dict[str, np.ndarray]]:
    """Open times of the first and last row (none without rows) and the numeric columns as float64.

    Read piece by piece, so that the exact decimals of a long period are never all in memory. Raises
    `InvalidInput` when the period holds more than `MAX_ROWS` rows.
    """
    pieces: dict[str, list[np.ndarray]] = {name: [] for name in NUMERIC}
    edges: list[int] = []
    start, rows = period.start, 0
    while start < period.end:
        table = store.read(series, start, period.end, limit=_READ_AT_ONCE)
        if table.num_rows == 0:
            break
        rows += table.num_rows
        if rows > MAX_ROWS:
            raise InvalidInput(f"the period has more than {MAX_ROWS:,} bars: narrow it with start and end")
        for name in NUMERIC:
            pieces[name].append(table.column(name).cast(pa.float64()).to_numpy())
        times = table.column("open_time")
        edges = [edges[0] if edges else times[0].as_py(), times[-1].as_py()]
        start = edges[1] + 1
    return edges, {name: np.concatenate(parts) if parts else np.empty(0) for name, parts in pieces.items()}


def describe(values: np.ndarray) -> Described:
    """Count, mean, sample standard deviation, minimum, linearly interpolated quartiles, maximum."""
    if values.size == 0:
        return {"count": 0} | dict.fromkeys(("mean", "std", "min", "q25", "median", "q75", "max"))
    low, q25, median, q75, high = (float(each) for each in np.quantile(values, (0, 0.25, 0.5, 0.75, 1)))
    return {
        "count": int(values.size),
        "mean": float(values.mean()),
        "std": float(values.std(ddof=1)) if values.size > 1 else None,
        "min": low,
        "q25": q25,
        "median": median,
        "q75": q75,
        "max": high,
    }
