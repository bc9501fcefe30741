"""Coverage and holes of a series after one more range was confirmed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from market.coverage import Covered, Hole, merge
from market.interval import Interval


def cover(known: Iterable[Covered], added: Covered) -> list[Covered]:
    """The ranges with one more, merged; an empty range adds nothing."""
    return merge([*known, added]) if added.start < added.end else sorted(known)


def replace_holes(
    known: Iterable[Hole], covered: tuple[int, int], found: Sequence[Hole], interval: Interval
) -> list[Hole]:
    """Holes after `covered` was read again: what it held is replaced, what sticks out is kept."""
    start, end = covered
    kept = [piece for hole in known for piece in _outside(hole, start, end, interval)]
    return sorted([*kept, *found])


def _outside(hole: Hole, start: int, end: int, interval: Interval) -> list[Hole]:
    if hole.end <= start or hole.start >= end:
        return [hole]
    pieces = [(hole.start, start), (end, hole.end)]
    return [replace(hole, start=a, end=b, bars=interval.count(a, b)) for a, b in pieces if a < b]
