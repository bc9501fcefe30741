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
    """Holes after `covered` was read again: what it held is replaced, what sticks out is kept.

    Holes of one reason and evidence that touch become one.
    """
    start, end = covered
    kept = [piece for hole in known for piece in _outside(hole, start, end, interval)]
    whole: list[Hole] = []
    for hole in sorted([*kept, *found]):
        last = whole[-1] if whole else None
        if last and _alike(last, hole) and hole.start <= interval.ceil(last.end):
            stop = max(last.end, hole.end)
            whole[-1] = replace(last, end=stop, bars=interval.count(last.start, stop))
        else:
            whole.append(hole)
    return whole


def standing(known: Iterable[Hole], times: Sequence[int], interval: Interval) -> list[Hole]:
    """The parts of holes at bars that open at `times`: they are missing still, whatever else came."""
    pieces = [
        replace(hole, start=max(hole.start, each), end=min(hole.end, interval.next_open(each)))
        for each in times
        for hole in known
        if hole.start < interval.next_open(each) and each < hole.end
    ]
    cut = [replace(each, bars=interval.count(each.start, each.end)) for each in pieces]
    return [each for each in cut if each.bars]


def _alike(one: Hole, other: Hole) -> bool:
    return (one.reason, one.evidence) == (other.reason, other.evidence)


def _outside(hole: Hole, start: int, end: int, interval: Interval) -> list[Hole]:
    if hole.end <= start or hole.start >= end:
        return [hole]
    pieces = [(hole.start, start), (end, hole.end)]
    cut = [replace(hole, start=a, end=b, bars=interval.count(a, b)) for a, b in pieces if a < b]
    return [piece for piece in cut if piece.bars]
