"""Relative times of a time picker: `now-3d`, `now/d`, `2021-11-20T00:00:00.000Z||+1M/d`.

Source: `packages/kbn-datemath/index.ts`. Everything in UTC, weeks begin on Sunday as moment's default locale.
"""

from __future__ import annotations

import calendar
import re
from datetime import UTC, datetime, timedelta
from typing import Final

from kibana.translator.durations import MS

_STEP: Final = re.compile(r"([/+-])(\d*)(ms|[yMwdhms])")
_WRITTEN: Final = {
    "y": 4,
    "M": 7,
    "d": 10,
    "h": 13,
    "m": 16,
    "s": 19,
}  # characters of an ISO date up to a unit
_BEGINNING: Final = "0000-01-01T00:00:00"


def parse(text: str, now: datetime, *, round_up: bool = False) -> datetime:
    """The instant; `round_up` takes the end of a rounded unit, as the right end of a range does.

    Raises ValueError for a text that is neither a date nor date math.
    """
    if text.startswith("now"):
        at, math = now, text[3:]
    else:
        date, _, math = text.partition("||")
        at = datetime.fromisoformat(date)
        at = at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
    if "".join(found[0] for found in _STEP.finditer(math)) != math:
        raise ValueError(f"{text!r} is no time that Kibana understands")
    for found in _STEP.finditer(math):
        operator, amount, unit = found.groups()
        if operator == "/":
            at = _rounded(at, unit, up=round_up)
        else:
            at = add(at, (1 if operator == "+" else -1) * int(amount or 1), unit)
    return at


def add(at: datetime, amount: int, unit: str) -> datetime:
    """`moment.add`: months keep the day of the month, cut to the month's length."""
    if unit not in {"y", "M"}:
        return at + timedelta(milliseconds=amount * MS[unit])
    months = at.year * 12 + at.month - 1 + amount * (12 if unit == "y" else 1)
    year, month = divmod(months, 12)
    day = min(at.day, calendar.monthrange(year, month + 1)[1])
    return at.replace(year=year, month=month + 1, day=day)


def _rounded(at: datetime, unit: str, *, up: bool) -> datetime:
    start = _start(at, unit)
    return add(start, 1, unit) - timedelta(milliseconds=1) if up else start


def _start(at: datetime, unit: str) -> datetime:
    if unit == "ms":
        return at.replace(microsecond=at.microsecond // 1000 * 1000)
    if unit == "w":
        day = _start(at, "d")
        return day - timedelta(days=(day.weekday() + 1) % 7)
    kept = _WRITTEN[unit]
    return datetime.fromisoformat(at.isoformat()[:kept] + _BEGINNING[kept:]).replace(tzinfo=UTC)


def iso(at: datetime) -> str:
    """`toISOString`: milliseconds and Z."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.") + f"{at.microsecond // 1000:03d}Z"


def epoch_ms(at: datetime) -> int:
    """Milliseconds since the epoch."""
    return (at - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(milliseconds=1)


def from_ms(time_ms: float) -> datetime:
    """The instant of milliseconds since the epoch."""
    return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=time_ms)
