"""Rows that read as numbers and yet cannot be bars of their file."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from ingest.archive.period import Period
from market.interval import INTERVAL_NAMES, MONTH, Interval
from market.kline import broken_rules

_LENGTHS: Final = {Interval(name).typical_ms for name in INTERVAL_NAMES if name != MONTH}


def senseless(klines: pa.Table, file: Period, numbers: Sequence[int]) -> dict[int, str]:
    """Number of each such row (from 0) and what is wrong with it; `numbers` are those of their lines."""
    if klines.num_rows == 0:
        return {}
    times = klines.column("open_time").to_numpy()
    rules = {
        f"it opens outside {file.name}": (times < file.start) | (times >= file.end),
        f"it is as long as a bar of another interval than {file.series.interval}": _wrong_length(
            klines, file.series.interval
        ),
        **{rule: np.asarray(mask.to_numpy()) for rule, mask in broken_rules(klines).items()},
    }
    reasons: dict[int, str] = {}
    for rule, mask in rules.items():
        for row in np.flatnonzero(mask).tolist():
            reasons.setdefault(row, rule)
    if (np.diff(times) <= 0).any():
        _add_disorder(reasons, klines, numbers)
    return reasons


def _wrong_length(klines: pa.Table, interval: Interval) -> np.ndarray:
    """Odd lengths exist (bars cut by an outage); only another interval's are refused."""
    lengths = pc.add(pc.subtract(klines.column("close_time"), klines.column("open_time")), 1)
    return np.isin(lengths.to_numpy(), list(_LENGTHS - {interval.typical_ms}))


def _add_disorder(reasons: dict[int, str], klines: pa.Table, numbers: Sequence[int]) -> None:
    """Of equal lines the first counts; of two lines that disagree about one bar, neither."""
    seen: dict[int, int] = {}
    latest = -1
    for row, time in enumerate(klines.column("open_time").to_pylist()):
        if row in reasons:
            continue
        first = seen.setdefault(time, row)
        if first == row:
            if time < latest:
                reasons[row] = "it opens before the line before it"
            latest = max(latest, time)
        elif klines.slice(row, 1).equals(klines.slice(first, 1)):
            reasons[row] = f"the same as line {numbers[first]}"
        else:
            reasons[row] = f"it disagrees with line {numbers[first]} about one bar"
            reasons.setdefault(first, f"it disagrees with line {numbers[row]} about one bar")
