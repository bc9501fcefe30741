"""What a populate run will read: checked against the exchange before anything is written."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Final

from ingest.patience import Patience
from ingest.reading import last_final_open
from ingest.settings import IngestSettings
from ingest.times import parse_range
from market.coverage import Covered, Hole, uncovered
from market.errors import InvalidInput
from market.interval import Interval, Series
from market.ports import KlineSource, SymbolInfo

# One transaction and one change-log line; five pages.
WINDOW_BARS: Final = 5_000


@dataclass(frozen=True, slots=True)
class Wanted:
    """A series with the times a person wrote; `symbol` may be a pattern until the exchange was asked."""

    symbol: str
    interval: Interval
    start: str
    end: str
    exchange: str = ""


@dataclass(frozen=True, slots=True)
class Job:
    """Bars of a series that open in `[start, end]` (inclusive, final by now)."""

    info: SymbolInfo
    series: Series
    start: int
    end: int


def wanted_series(
    settings: IngestSettings, symbols: Sequence[str], intervals: Sequence[str], start: str | None, end: str
) -> list[Wanted]:
    """Options where they are given, else `OPA_SYMBOLS` times `OPA_HISTORY`."""
    choices = settings.choices(symbols)
    followed = dict(settings.followed()) if not intervals or start is None else {}
    lengths = {Interval(name): followed.get(Interval(name)) for name in intervals} or followed
    if not choices:
        raise InvalidInput("no symbol to read: give --symbol BTCUSDT or set OPA_SYMBOLS")
    missing = [name for name, length in lengths.items() if start is None and length is None]
    if missing:
        raise InvalidInput(f"no start for {missing[0]}: give --start '30 days ago' or add it to OPA_HISTORY")
    return [
        Wanted(choice.text, interval, start or f"{length} ago", end, choice.exchange)
        for choice in choices
        for interval, length in lengths.items()
    ]


async def make_jobs(
    source: KlineSource, patience: Patience, wanted: Sequence[Wanted], market_now: int
) -> list[Job]:
    """Check every symbol and range; `UnknownSymbol` or `InvalidInput` before the first row is written."""
    ranges = [parse_range(each.start, each.end, market_now) for each in wanted]
    infos: dict[str, SymbolInfo] = {}
    for name in {each.symbol: None for each in wanted}:
        infos[name] = await patience.call(f"symbol {name}", partial(source.symbol, name))
    return [
        _job(infos[each.symbol], each.interval, start, end, market_now)
        for each, (start, end) in zip(wanted, ranges, strict=True)
    ]


def _job(info: SymbolInfo, interval: Interval, start: int, end: int, market_now: int) -> Job:
    last = min(interval.floor(end - 1), last_final_open(interval, market_now))
    return Job(info, Series(info.exchange, info.symbol, interval), interval.ceil(start), last)


def missing_ranges(job: Job, covered: Iterable[Covered]) -> list[tuple[int, int]]:
    """The parts of a job, `[start, end]`, that are not covered and hold a bar of the grid."""
    parts = [(start, end - 1) for start, end in uncovered(covered, job.start, job.end + 1)]
    return [(start, end) for start, end in parts if job.series.interval.ceil(start) <= end]


def windows(interval: Interval, start: int, end: int, bars: int = WINDOW_BARS) -> Iterator[tuple[int, int]]:
    """Cut `[start, end]` into ranges that each end on an open time of the grid.

    A full window then ends with its last row, and no further request is needed to see that it is complete.
    """
    while start <= end:
        last = min(end, interval.floor(start - 1 + bars * interval.typical_ms))
        yield start, max(last, start)
        start = max(last, start) + 1


def joined(holes: Sequence[Hole], interval: Interval) -> list[Hole]:
    """Holes of one reason that touch become one; windows cut them at their borders."""
    result: list[Hole] = []
    for each in sorted(holes):
        hole = replace(each, end=interval.ceil(each.end))
        last = result[-1] if result else None
        if last and last.reason == hole.reason and hole.start <= last.end:
            bars = interval.count(last.start, hole.end)
            result[-1] = Hole(last.start, hole.end, bars, last.reason, last.evidence)
        else:
            result.append(hole)
    return result
