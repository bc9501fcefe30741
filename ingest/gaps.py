"""Which bars of the grid are missing between the rows of an answer."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pyarrow as pa

from market.interval import DAY, MONTH, Interval

_LONGEST_MONTH = 31 * DAY


class Gap(NamedTuple):
    """`bars` bars of the grid are missing; the first opens at `start`, the bar after the last at `end`."""

    start: int
    end: int
    bars: int


def gaps(klines: pa.Table, interval: Interval, first: int, last: int) -> list[Gap]:
    """Missing bars among those that open in `[first, last]` (inclusive), oldest first.

    A bar counts as missing where its whole span lies between two rows; off-grid rows, which the exchange
    served in its early years, therefore leave no holes where they overlap the grid. A close time further away
    than a bar is long covers nothing beyond that length.
    """
    opens = klines.column("open_time").to_numpy()
    longest = _LONGEST_MONTH if interval.name == MONTH else interval.typical_ms
    ends = np.minimum(klines.column("close_time").to_numpy() + 1, opens + longest)
    if len(opens) == 0:
        return _between(interval, first, interval.next_open(last))
    found = _between(interval, first, int(opens[0]))
    for at in np.nonzero(opens[1:] > ends[:-1])[0]:
        found += _between(interval, int(ends[at]), int(opens[at + 1]))
    return found + _between(interval, int(ends[-1]), interval.next_open(last))


def _between(interval: Interval, start: int, end: int) -> list[Gap]:
    first, stop = interval.ceil(start), interval.floor(end)
    return [Gap(first, stop, interval.count(first, stop))] if first < stop else []
