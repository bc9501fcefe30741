"""Times as callers write them."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Final

from market.errors import InvalidInput

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND: Final = timedelta(milliseconds=1)
END_OF_TIME: Final = 253_402_300_800_000  # 10000-01-01
# No market existed before 1973; a number that small is a time in seconds.
_SECONDS_BELOW: Final = 100_000_000_000
# In a URL an unescaped `+` arrives as a space.
_LOST_PLUS: Final = re.compile(r"(?<=\d) (?=\d\d:?\d\d$)")
_FORMS: Final = "write ms UTC (1609459200000) or ISO 8601 (2021-01-01, 2021-01-01T00:00:00Z, ...+02:00)"


def parse_time(text: str) -> int:
    """`1609459200000`, `2021-01-01`, `2021-01-01T02:00:00+02:00` to ms UTC; without a zone it is UTC.

    Raises `InvalidInput` for anything else, for seconds, and outside 1970..9999.
    """
    text = text.strip()
    value = int(text) if re.fullmatch(r"-?[0-9]{1,18}", text) else _from_iso(text)
    if 0 < value < _SECONDS_BELOW and text == str(value):
        raise InvalidInput(f"{text!r} looks like seconds: {_FORMS}")
    if not 0 <= value <= END_OF_TIME:
        raise InvalidInput(f"{text!r} is outside 1970..9999: {_FORMS}")
    return value


def _from_iso(text: str) -> int:
    date, separator, clock = text.partition("T")
    try:
        when = datetime.fromisoformat(date + separator + _LOST_PLUS.sub("+", clock))
    except ValueError as error:
        raise InvalidInput(f"{text!r} is no time: {_FORMS}") from error
    return ((when if when.tzinfo else when.replace(tzinfo=UTC)) - _EPOCH) // _MILLISECOND
