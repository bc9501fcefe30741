"""The width of a histogram's bars over a number.

Source: `src/plugins/data/common/search/aggs/buckets/lib/histogram_calculate_interval.ts`.
"""

from __future__ import annotations

import math
from typing import Final

_WHOLE: Final = frozenset({"long", "integer", "short", "byte"})


def numeric_interval(
    bounds: tuple[float, float] | None, es_type: str, *, max_bars: int, wanted_bars: float | None
) -> float:
    """1, 2 or 5 times a power of ten, with no more than the wanted number of bars; 1 when unknown."""
    if bounds is None or bounds[0] == bounds[1]:
        return 1
    span = bounds[1] - bounds[0]
    bars = min(max_bars, wanted_bars or max_bars)
    if es_type in _WHOLE and span < bars:
        return 1
    power = 10.0 ** math.floor(math.log10(span / bars))
    for factor in (1, 2, 5):
        if span / power / factor <= bars:
            return power * factor
    return power * 10
