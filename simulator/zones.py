"""Bars whose borders follow a time zone: a day begins at local midnight. Bounds of a question stay UTC."""

from __future__ import annotations

import re
from typing import Final

from market.interval import DAY, HOUR, MINUTE, Interval
from simulator.bars import CLOSE_TIME, OPEN_TIME, Bars, aggregate, empty
from simulator.paging import END_OF_TIME, Window, pick
from simulator.ports import Listing, Market

_EARLIEST, _LATEST = -12 * HOUR, 14 * HOUR
_LONGEST: Final = 31 * DAY
_ZONE: Final = re.compile(r"([+-]?)(\d{1,2})(?::(\d{2}))?")


def offset_of(text: str) -> int | None:
    """`8`, `-1:00` or `05:45` in ms; None for what is none or beyond -12:00 to +14:00."""
    found = _ZONE.fullmatch(text)
    if found is None or int(found[3] or 0) > 59:
        return None
    size = int(found[2]) * HOUR + int(found[3] or 0) * MINUTE
    offset = -size if found[1] == "-" else size
    return offset if _EARLIEST <= offset <= _LATEST else None


def zoned(
    market: Market, listing: Listing, interval: Interval, wanted: Window, now: int, offset: int
) -> Bars:
    """The window's bars in a zone, added up from the coarsest interval whose borders it shares."""
    fine = _parts(listing, interval, offset)
    if fine == interval:
        return market.bars(listing.symbol, interval, wanted, now)
    oldest = market.bars(listing.symbol, fine, Window(0, END_OF_TIME, 1, newest=False), now)
    if not len(oldest):
        return empty()
    begin, end = max(wanted.first, int(oldest[0, OPEN_TIME])), min(wanted.last, now)
    span = (wanted.limit + 1) * min(2 * interval.typical_ms, interval.typical_ms + _LONGEST)
    while True:
        low, high = (max(begin, end - span), end) if wanted.newest else (begin, min(end, begin + span))
        bars = pick(_added_up(market, listing, (fine, interval), (low, high), now, offset), wanted)
        if len(bars) == wanted.limit or high - low >= end - begin:
            return bars
        span *= 2


def _parts(listing: Listing, interval: Interval, offset: int) -> Interval:
    """A time zone of whole hours leaves minutes and hours as they are."""
    if interval.typical_ms <= HOUR and offset % interval.typical_ms == 0:
        return interval
    fitting = [
        each
        for each in listing.intervals
        if each.typical_ms <= min(HOUR, interval.typical_ms) and offset % each.typical_ms == 0
    ]
    return fitting[-1] if fitting else interval


def _added_up(
    market: Market,
    listing: Listing,
    parts: tuple[Interval, Interval],
    span: tuple[int, int],
    now: int,
    offset: int,
) -> Bars:
    """Whole local bars that open or end inside the span."""
    fine, interval = parts
    first = interval.floor(span[0] + offset) - offset
    last = interval.next_open(span[1] + offset) - offset - 1
    most = (last - first) // fine.typical_ms + 2
    bars = market.bars(listing.symbol, fine, Window(first, last, most, newest=False), now).copy()
    bars[:, OPEN_TIME] += offset
    local = aggregate(bars, interval)
    if local is bars and not len(bars):
        return bars
    local[:, OPEN_TIME] -= offset
    local[:, CLOSE_TIME] -= offset
    return local
