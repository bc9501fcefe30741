"""Kline intervals and their calendar: every open and close time comes from here.

Times are integers, milliseconds since the epoch, UTC; `parse_time` reads those that callers write.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from market.errors import InvalidInput

SECOND: Final = 1_000
MINUTE: Final = 60 * SECOND
HOUR: Final = 60 * MINUTE
DAY: Final = 24 * HOUR
# The epoch was a Thursday; weeks open on Monday. Three-day bars open on days ≡ 1 (mod 3) since the epoch
# (2017-08-17, 2021-09-04), read off the exchange's own history.
_FIXED: Final[dict[str, tuple[int, int]]] = {
    "1s": (SECOND, 0),
    "1m": (MINUTE, 0),
    "3m": (3 * MINUTE, 0),
    "5m": (5 * MINUTE, 0),
    "15m": (15 * MINUTE, 0),
    "30m": (30 * MINUTE, 0),
    "1h": (HOUR, 0),
    "2h": (2 * HOUR, 0),
    "4h": (4 * HOUR, 0),
    "6h": (6 * HOUR, 0),
    "8h": (8 * HOUR, 0),
    "12h": (12 * HOUR, 0),
    "1d": (DAY, 0),
    "3d": (3 * DAY, DAY),
    "1w": (7 * DAY, 4 * DAY),
}
MONTH: Final = "1M"
INTERVAL_NAMES: Final[tuple[str, ...]] = (*_FIXED, MONTH)
END_OF_TIME: Final = 253_402_300_800_000  # 10000-01-01
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND: Final = timedelta(milliseconds=1)
# No market existed before 1973; a number that small is a time in seconds.
_SECONDS_BELOW: Final = 100_000_000_000
# In a URL an unescaped `+` arrives as a space.
_LOST_PLUS: Final = re.compile(r"(?<=[0-9]) (?=[0-9]{2}:?[0-9]{2}$)")
_FORMS: Final = "write ms UTC (1609459200000) or ISO 8601 (2021-01-01, 2021-01-01T00:00:00Z, ...+02:00)"


@dataclass(frozen=True, slots=True, order=True)
class Interval:
    """One of the exchange's kline intervals, named as the exchange names it (`1m`, `1h`, `1M`)."""

    name: str

    def __post_init__(self) -> None:
        if self.name not in INTERVAL_NAMES:
            raise InvalidInput(f"unknown interval {self.name!r}: use one of {', '.join(INTERVAL_NAMES)}")

    def __str__(self) -> str:
        return self.name

    @property
    def typical_ms(self) -> int:
        """Length in milliseconds; for `1M` the mean month (30.436875 days)."""
        return 2_629_746_000 if self.name == MONTH else _FIXED[self.name][0]

    def floor(self, time_ms: int) -> int:
        """Open time of the bar on the interval's grid that holds `time_ms`."""
        if self.name == MONTH:
            first = datetime.fromtimestamp(time_ms / 1000, UTC).replace(
                day=1, hour=0, minute=0, second=0, microsecond=0
            )
            return int(first.timestamp()) * 1000
        step, anchor = _FIXED[self.name]
        return (time_ms - anchor) // step * step + anchor

    def next_open(self, time_ms: int) -> int:
        """Open time of the first bar on the grid that opens after `time_ms`."""
        if self.name == MONTH:
            return self.floor(self.floor(time_ms) + 32 * DAY)
        return self.floor(time_ms) + _FIXED[self.name][0]

    def ceil(self, time_ms: int) -> int:
        """Open time of the first bar on the grid that opens at or after `time_ms`."""
        floor = self.floor(time_ms)
        return floor if floor == time_ms else self.next_open(time_ms)

    def close_time(self, open_ms: int) -> int:
        """Last millisecond of the bar that opens at `open_ms` (on the grid)."""
        return self.next_open(open_ms) - 1

    def opens(self, start_ms: int, end_ms: int) -> Iterator[int]:
        """Open times on the grid in `[start_ms, end_ms)`."""
        at = self.ceil(start_ms)
        while at < end_ms:
            yield at
            at = self.next_open(at)

    def count(self, start_ms: int, end_ms: int) -> int:
        """How many bars of the grid open in `[start_ms, end_ms)`."""
        if self.name == MONTH:
            return sum(1 for _ in self.opens(start_ms, end_ms))
        step, _ = _FIXED[self.name]
        return max(0, -(-(end_ms - self.ceil(start_ms)) // step))


@dataclass(frozen=True, slots=True, order=True)
class Series:
    """What a row of klines belongs to: an exchange id, a symbol and an interval."""

    exchange: str
    symbol: str
    interval: Interval

    @classmethod
    def of(cls, exchange: str, symbol: str, interval: str) -> Series:
        """Build a series from plain text; an unknown interval is an `InvalidInput`."""
        return cls(exchange, symbol, Interval(interval))

    @classmethod
    def parse(cls, text: str) -> Series:
        """Read the form that `str()` writes: `simulated/BTCUSDT/1h`."""
        parts = text.split("/")
        if len(parts) != 3 or not all(parts):
            raise InvalidInput(
                f"{text!r} is no series: write exchange/SYMBOL/interval, as binance/BTCUSDT/1h"
            )
        return cls.of(*parts)

    def __str__(self) -> str:
        return f"{self.exchange}/{self.symbol}/{self.interval}"


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
