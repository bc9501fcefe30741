"""Files of the archive by name: which there are for a stretch of time."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final, Literal

from market.interval import DAY, MINUTE, MONTH, Interval, Series

_MONTHS: Final = Interval(MONTH)


@dataclass(frozen=True, slots=True, order=True)
class Period:
    """A file: bars of `series` that open in `[start, end)`, a calendar month or a day (UTC)."""

    series: Series
    start: int
    end: int
    cadence: Literal["monthly", "daily"]

    @property
    def name(self) -> str:
        """`BTCUSDT-1m-2024-01.zip` or `BTCUSDT-1m-2024-01-31.zip`."""
        form = "%Y-%m" if self.cadence == "monthly" else "%Y-%m-%d"
        text = datetime.fromtimestamp(self.start / 1000, UTC).strftime(form)
        return f"{self.series.symbol}-{self.series.interval}-{text}.zip"

    @property
    def path(self) -> str:
        """Below the archive's address: `data/spot/monthly/klines/BTCUSDT/1m/BTCUSDT-1m-2024-01.zip`."""
        return f"data/spot/{self.cadence}/klines/{self.series.symbol}/{self.series.interval}/{self.name}"

    @property
    def last_open(self) -> int:
        """Open time of the last bar on the grid."""
        return self.series.interval.floor(self.end - 1)

    def days(self) -> list[Period]:
        """The daily files of the same time."""
        return list(_days(self.series, self.start, self.end))


def archived(interval: Interval) -> bool:
    """Whether files of this interval are used: its bars fill a day, so that no file holds a running one."""
    return interval.name != MONTH and DAY % interval.typical_ms == 0


def periods(series: Series, start: int, end: int) -> tuple[list[Period], list[tuple[int, int]]]:
    """Files that lie wholly in `[start, end)`, and the rest of it as ranges `[start, end)`.

    Months where there is a whole one, else days. A month of seconds is too large to hold in memory at once:
    those are always read by the day.
    """
    first, stop = _MONTHS.ceil(start), _MONTHS.floor(end)
    if series.interval.typical_ms < MINUTE or first >= stop:
        first = stop = min(end, start + -start % DAY)
    months = [Period(series, each, _MONTHS.next_open(each), "monthly") for each in _MONTHS.opens(first, stop)]
    files = [*_days(series, start, first), *months, *_days(series, stop, end)]
    return files, list(_between(files, start, end))


def _days(series: Series, start: int, end: int) -> Iterator[Period]:
    at = start + -start % DAY
    while at + DAY <= end:
        yield Period(series, at, at + DAY, "daily")
        at += DAY


def _between(files: list[Period], start: int, end: int) -> Iterator[tuple[int, int]]:
    at = start
    for file in files:
        if at < file.start:
            yield at, file.start
        at = file.end
    if at < end:
        yield at, end
