"""What a change of history does to bars."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

import numpy as np

from market.interval import SECOND, Interval
from simulator.bars import (
    CLOSE_TIME,
    HIGH,
    OPEN,
    OPEN_TIME,
    QUOTE_VOLUME,
    SCALE,
    TRADES,
    VOLUME,
    Bars,
    aggregate,
    join,
)
from simulator.faults.history import HistoryFault
from simulator.paging import Window
from simulator.ports import Listing

Ask = Callable[[Window], Bars]
_CHUNK: Final = 100  # bars asked for at once where some of them will be taken away


def amended(bars: Bars, faults: Sequence[HistoryFault], listing: Listing) -> Bars:
    """Bars no coarser than the listing's unit, without what is hidden and with what was forgotten."""
    for fault in faults:
        inside = (bars[:, OPEN_TIME] >= fault.begin) & (bars[:, OPEN_TIME] < fault.end)
        if fault.hides:
            bars = bars[~inside]
        elif inside.any():
            bars = _with_forgotten_trades(bars, inside, fault, listing)
    return bars


def _with_forgotten_trades(
    bars: Bars, inside: np.ndarray[tuple[int], np.dtype[np.bool_]], fault: HistoryFault, listing: Listing
) -> Bars:
    """Seconds carry the trade of their minute in its first one, so that all intervals still add up."""
    unit, bars = listing.unit, bars.copy()
    for at in np.flatnonzero(inside):
        first = unit.floor(int(bars[at, OPEN_TIME])) == bars[at, OPEN_TIME]
        if not first and bars[at, CLOSE_TIME] - bars[at, OPEN_TIME] < SECOND:
            continue
        price = int(bars[at, OPEN]) + int(int(bars[at, OPEN]) * fault.rise) // listing.tick * listing.tick
        lots = max(int(fault.value * SCALE * SCALE / price) // listing.lot, 1) * listing.lot
        bars[at, HIGH] = max(int(bars[at, HIGH]), price)
        bars[at, VOLUME] += lots
        bars[at, QUOTE_VOLUME] += lots * price // SCALE
        bars[at, TRADES] += 1
    return bars


def recounted(bars: Bars, faults: Sequence[HistoryFault], interval: Interval, fine: Ask) -> Bars:
    """Coarse bars; those that a change touches are added up anew from `fine` bars after the changes."""
    for fault in faults:
        touched = (bars[:, OPEN_TIME] < fault.end) & (bars[:, CLOSE_TIME] >= fault.begin)
        if not touched.any():
            continue
        first, last = int(bars[touched][0, OPEN_TIME]), int(bars[touched][-1, CLOSE_TIME])
        inside = Window(first, last, (last - first) // SECOND, newest=False)
        anew = aggregate(fine(inside), interval)
        before, after = bars[: int(np.argmax(touched))], bars[bars[:, OPEN_TIME] > last]
        bars = join([before, anew, after])
    return bars


def window_of(ask: Ask, change: Callable[[Bars], Bars], wanted: Window) -> Bars:
    """The window's bars after `change` took some of them away: more are asked for until it is full."""
    first, last, parts, left = wanted.first, wanted.last, list[Bars](), wanted.limit
    while left > 0 and first <= last:
        most = max(left, _CHUNK)
        found = ask(Window(first, last, most, wanted.newest))
        kept = change(found)
        kept = kept[max(len(kept) - left, 0) :] if wanted.newest else kept[:left]
        parts.append(kept)
        left -= len(kept)
        if len(found) < most:
            break
        if wanted.newest:
            last = int(found[0, OPEN_TIME]) - 1
        else:
            first = int(found[-1, OPEN_TIME]) + 1
    return join(parts[::-1] if wanted.newest else parts)


def outside(wanted: Window, faults: Sequence[HistoryFault]) -> Window:
    """The window without hidden time at the end it is read from."""
    first, last = wanted.first, wanted.last
    for fault in sorted(faults, key=lambda each: each.begin, reverse=wanted.newest):
        if fault.hides and wanted.newest and fault.begin <= last < fault.end:
            last = fault.begin - 1
        elif fault.hides and not wanted.newest and fault.begin <= first < fault.end:
            first = fault.end
    return Window(first, last, wanted.limit, wanted.newest)
