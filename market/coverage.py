"""Coverage: which ranges of a series were read and confirmed, what is missing in them, and why."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum

from market.kline import Source


class HoleReason(StrEnum):
    """Why bars are missing."""

    OUTAGE = "outage"  # asked twice, empty both times: the exchange has no bar there
    BEFORE_LISTING = "before_listing"
    AFTER_DELISTING = "after_delisting"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, order=True)
class Covered:
    """A range `[start, end)` of open times (ms UTC) that was read and confirmed.

    `confirmed_at`: market time of the newest reading of a part of it; ranges are compared without it.
    """

    start: int
    end: int
    source: Source = Source.REST
    confirmed_at: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True, order=True)
class Hole:
    """`bars` bars missing from the grid in `[start, end)`, with the evidence for the reason."""

    start: int
    end: int
    bars: int
    reason: HoleReason
    evidence: str = ""


@dataclass(frozen=True, slots=True)
class Revision:
    """A confirmed bar that the exchange changed (`new` holds its values) or withdrew (`new` is None)."""

    open_time: int
    old: dict[str, str]
    new: dict[str, str] | None
    source: Source
    detected_at: int


def merge(ranges: Iterable[Covered]) -> list[Covered]:
    """Join ranges of one source that touch or overlap; the result is sorted."""
    merged: list[Covered] = []
    for each in sorted(ranges, key=lambda r: (r.source, r.start, r.end)):
        last = merged[-1] if merged else None
        if last and last.source == each.source and each.start <= last.end:
            newest = max(last.confirmed_at, each.confirmed_at)
            merged[-1] = Covered(last.start, max(last.end, each.end), last.source, newest)
        else:
            merged.append(each)
    return sorted(merged)


def uncovered(ranges: Iterable[Covered], start: int, end: int) -> list[tuple[int, int]]:
    """The parts of `[start, end)` that no range covers, whatever its source."""
    gaps: list[tuple[int, int]] = []
    at = start
    for each in sorted(ranges):
        if each.start > at:
            gaps.append((at, min(each.start, end)))
        at = max(at, each.end)
        if at >= end:
            break
    if at < end:
        gaps.append((at, end))
    return [(a, b) for a, b in gaps if a < b]
