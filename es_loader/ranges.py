"""Lines of the change log, joined: a hundred live bars of one series are read as one range."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final, NamedTuple

from market.interval import END_OF_TIME, MINUTE, Series
from market.ports import Change

BY_CANDLE: Final = frozenset({"klines", "decisions", "backtests", "monitors"})


class Span(NamedTuple):
    """Times from `start` to `end` (inclusive, ms UTC)."""

    start: int
    end: int


ALL_TIME: Final = Span(0, END_OF_TIME - 1)


@dataclass(frozen=True, slots=True, order=True)
class Range:
    """Rows of `stream` and `series` with a time in `[start, end]` (inclusive) may have changed."""

    stream: str
    series: str
    start: int
    end: int

    @property
    def of(self) -> Series:
        """The series; `InvalidInput` for a range that is about none."""
        return Series.parse(self.series)

    @property
    def span(self) -> Span:
        """Its times alone."""
        return Span(self.start, self.end)


def widest(spans: Mapping[Series, Span], change: Change) -> dict[Series, Span]:
    """The spans, that of the change's series made wide enough for it."""
    series = Series.parse(change.series)
    known = spans.get(series, Span(change.from_time, change.to_time))
    return {**spans, series: Span(min(known.start, change.from_time), max(known.end, change.to_time))}


def joined(changes: Iterable[Change]) -> list[Range]:
    """Ranges of one stream and series that overlap or lie within one bar (a minute for ticks) as one."""
    groups: dict[tuple[str, str], list[tuple[int, int]]] = defaultdict(list)
    for change in changes:
        groups[change.stream, change.series].append((change.from_time, change.to_time))
    return [
        Range(stream, series, start, end)
        for (stream, series), spans in sorted(groups.items())
        for start, end in _merged(spans, _reach(stream, series))
    ]


def _reach(stream: str, series: str) -> int:
    return Series.parse(series).interval.typical_ms if stream in BY_CANDLE else MINUTE


def _merged(spans: list[tuple[int, int]], reach: int) -> list[tuple[int, int]]:
    merged: list[tuple[int, int]] = []
    for start, end in sorted(spans):
        if merged and start <= merged[-1][1] + reach:
            merged[-1] = (merged[-1][0], max(merged[-1][1], end))
        else:
            merged.append((start, end))
    return merged
