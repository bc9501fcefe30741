"""Closed candles of many series as they come from live streams, ordered for one write."""

from __future__ import annotations

from collections.abc import Sequence

import pyarrow as pa

from market.interval import Series
from market.kline import KLINE_SCHEMA, Kline, klines_from_columns


def by_series(bars: Sequence[tuple[Series, Kline]]) -> dict[Series, list[Kline]]:
    """Series in order, bars of each by open time; of a bar that is there twice the last."""
    newest = {(series, bar.open_time): bar for series, bar in bars}
    grouped: dict[Series, list[Kline]] = {}
    for series, open_time in sorted(newest):
        grouped.setdefault(series, []).append(newest[series, open_time])
    return grouped


def as_table(klines: Sequence[Kline]) -> pa.Table:
    """Rows to columns."""
    return klines_from_columns([[getattr(bar, name) for bar in klines] for name in KLINE_SCHEMA.names])
