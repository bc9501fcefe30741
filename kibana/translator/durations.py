"""Durations as moment.js keeps them: months apart from milliseconds, because a month has no fixed length.

Source: `moment/src/lib/duration/{as,bubble}.js`; `parseInterval` and `parseEsInterval` in
`src/plugins/data/common/search/aggs/utils/date_interval_utils`.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from typing import Final, Literal

Unit = Literal["y", "M", "w", "d", "h", "m", "s", "ms"]
DAY_MS: Final = 86_400_000
UNITS: Final[tuple[Unit, ...]] = ("y", "M", "w", "d", "h", "m", "s", "ms")
MS: Final[dict[str, int]] = {
    "w": 7 * DAY_MS,
    "d": DAY_MS,
    "h": 3_600_000,
    "m": 60_000,
    "s": 1000,
    "ms": 1,
}
_DAYS_PER_MONTH: Final = 146097 / 4800
_INTERVAL: Final = re.compile(r"^([0-9.]*)\s*(ms|[yMwdhms])$")
_CALENDAR_ONLY: Final = frozenset("yMw")
_MIXED: Final = frozenset("dhm")


@dataclass(frozen=True, slots=True)
class Duration:
    """A span of time."""

    ms: float
    months: int = 0

    def value(self) -> float:
        """`Number(duration)`: a month counts 30 days and a year 365."""
        years, months = divmod(self.months, 12)
        return self.ms + months * 30 * DAY_MS + years * 365 * DAY_MS

    def milliseconds(self) -> int:
        """`asMilliseconds()`: a month counts its mean length, rounded to days."""
        return int(self.ms + math.floor(self.months * _DAYS_PER_MONTH + 0.5) * DAY_MS)

    def in_unit(self, unit: Unit) -> float:
        """`as(unit)`."""
        if unit in {"y", "M"}:
            months = self.months + self.ms / DAY_MS / _DAYS_PER_MONTH
            return months / 12 if unit == "y" else months
        return self.milliseconds() / MS[unit]


def of(amount: float, unit: Unit) -> Duration:
    """`moment.duration(amount, unit)`."""
    if unit in {"y", "M"}:
        return Duration(0, int(amount * (12 if unit == "y" else 1)))
    return Duration(amount * MS[unit])


def split(text: str) -> tuple[float, Unit] | None:
    """`splitStringInterval`: the amount and unit of `3h`; None when it is no interval."""
    found = _INTERVAL.match(text.strip())
    if not found:
        return None
    amount = float(found[1]) if found[1] else 1.0
    return amount or 1.0, next(unit for unit in UNITS if unit == found[2])


def parse(text: str) -> Duration | None:
    """`parseInterval`."""
    parts = split(text)
    return of(*parts) if parts else None


def histogram_interval(expression: str) -> dict[str, str]:
    """`dateHistogramInterval`: one whole unit is a calendar interval, everything else a fixed one."""
    parts = split(expression)
    if parts is None:
        raise ValueError(f"{expression!r} is no interval such as 3h")
    amount, unit = parts
    if unit in _CALENDAR_ONLY and amount != 1:
        raise ValueError(f"{expression!r}: Elasticsearch knows no multiples of a calendar unit")
    calendar = unit in _CALENDAR_ONLY or (unit in _MIXED and amount == 1)
    return {"calendar_interval" if calendar else "fixed_interval": expression}
