"""Archive or REST: who reads a stretch of history, and why."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from ingest.archive.period import Period, archived, periods
from market.errors import InvalidInput
from market.interval import Series

# A month of minutes has 44,640 bars: below that, pages of 1,000 arrive sooner than whole files pay.
ENOUGH_BARS: Final = 50_000


class Via(StrEnum):
    """What a person asks for."""

    AUTO = "auto"
    ARCHIVE = "archive"
    REST = "rest"


@dataclass(frozen=True, slots=True)
class Choice:
    """Files to import, ranges `[start, end]` (inclusive) to ask REST for, and the reason in words."""

    files: list[Period]
    parts: list[tuple[int, int]]
    why: str


def check(via: Via, *, has_archive: bool) -> None:
    """Refuse to read from an archive that nobody named, before anything is written."""
    if via is Via.ARCHIVE and not has_archive:
        raise InvalidInput("--via archive needs the archive's address: set OPA_EXCHANGE_ARCHIVE")


def choose(series: Series, parts: list[tuple[int, int]], via: Via, *, has_archive: bool) -> Choice:
    """Split missing ranges `[start, end]` (inclusive) between files and REST."""
    bars = sum(series.interval.count(start, end + 1) for start, end in parts)
    against = _against(series, bars, via, has_archive)
    if against:
        return Choice([], parts, f"by REST: {against}")
    files: list[Period] = []
    rest: list[tuple[int, int]] = []
    for start, end in parts:
        found, between = periods(series, start, series.interval.ceil(end + 1))
        files += found
        rest += [(a, min(b - 1, end)) for a, b in between if series.interval.ceil(a) < b]
    months = sum(file.cadence == "monthly" for file in files)
    reason = "as asked for" if via is Via.ARCHIVE else f"{bars:,} candles are missing"
    edges = ", what no whole file holds by REST" if rest else ""
    return Choice(files, rest, f"by {months} monthly and {len(files) - months} daily files ({reason}){edges}")


def _against(series: Series, bars: int, via: Via, has_archive: bool) -> str:
    if via is Via.REST:
        return "as asked for"
    if not has_archive:
        return "no archive is set (OPA_EXCHANGE_ARCHIVE)"
    if not archived(series.interval):
        return f"a file of {series.interval} candles may end in a running one"
    if via is Via.AUTO and bars < ENOUGH_BARS:
        return f"{bars:,} candles; files are quicker from {ENOUGH_BARS:,} on"
    return ""
