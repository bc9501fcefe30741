"""The width of a date histogram's bars.

Source: `src/plugins/data/common/search/aggs/buckets/lib/time_buckets/{time_buckets,calc_auto_interval,
calc_es_interval}.ts`.
"""

from __future__ import annotations

import math
from itertools import pairwise
from typing import Final

from kibana.translator.durations import DAY_MS, MS, UNITS, Duration, Unit, parse, split

AUTO: Final = "auto"
_HOUR, _MINUTE, _SECOND = MS["h"], MS["m"], MS["s"]
# (bound, interval), largest first: the interval in front of the first bound that is not above the target.
_BOUNDS: Final[tuple[tuple[float, int], ...]] = (
    (math.inf, 365 * DAY_MS),
    (365 * DAY_MS, 30 * DAY_MS),
    (21 * DAY_MS, 7 * DAY_MS),
    (7 * DAY_MS, DAY_MS),
    (24 * _HOUR, 12 * _HOUR),
    (6 * _HOUR, 3 * _HOUR),
    (2 * _HOUR, _HOUR),
    (45 * _MINUTE, 30 * _MINUTE),
    (20 * _MINUTE, 10 * _MINUTE),
    (9 * _MINUTE, 5 * _MINUTE),
    (3 * _MINUTE, _MINUTE),
    (45 * _SECOND, 30 * _SECOND),
    (15 * _SECOND, 10 * _SECOND),
    (7.5 * _SECOND, 5 * _SECOND),
    (5 * _SECOND, _SECOND),
    (500, 100),
)


def near(bars: int, span_ms: float) -> float:
    """`calcAutoIntervalNear`: a pretty interval with around that many bars."""
    target = span_ms / bars
    for (_, interval), (lower, _) in pairwise(_BOUNDS):
        if lower <= target:
            return interval
    return max(math.floor(target), 1)


def at_most(bars: int, span_ms: float) -> float:
    """`calcAutoIntervalLessThan`: the widest pretty interval that is not above span/bars."""
    largest = span_ms / bars
    for _, interval in _BOUNDS:
        if interval <= largest:
            return interval
    return max(math.floor(largest), 1)


def expression(wanted: str, span_ms: float | None, bar_target: int, max_bars: int) -> str:
    """`TimeBuckets.getInterval().expression`.

    `wanted` is `auto` or such as `1h`. `span_ms` is the time range, None for a field that it does not bind: a
    wanted interval is widened only where the range would give more than `max_bars` bars.
    """
    if wanted == AUTO:
        interval, unit = Duration(near(bar_target, span_ms or 0)), None
    else:
        parsed, parts = parse(wanted), split(wanted)
        if parsed is None or parts is None:
            raise ValueError(f"{wanted!r} is no interval")
        interval, unit = parsed, parts[1]
    if span_ms is not None:
        smallest = at_most(max_bars, span_ms)
        if interval.value() < smallest:
            interval, unit = Duration(smallest), None
    return normalized(interval, unit)


def normalized(interval: Duration, wanted: Unit | None) -> str:
    """`convertDurationToNormalizedEsInterval`: the largest unit that divides it; a wanted 24h stays 24h."""
    for unit in UNITS:
        amount = interval.in_unit(unit)
        if amount < 1 or math.floor(amount) != amount:
            continue
        if amount == 1 and wanted and unit != wanted:
            continue
        if unit in {"y", "M", "w"} and amount != 1:
            continue
        return f"{int(amount)}{unit}"
    return f"{interval.milliseconds():g}ms"
