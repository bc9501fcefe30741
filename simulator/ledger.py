"""What a correct database holds: every final bar, and every hole with its reason."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any, Final

import numpy as np

from market.coverage import HoleReason
from market.interval import Interval
from simulator.amended import AmendedMarket
from simulator.bars import CLOSE_TIME, OPEN_TIME, Bars
from simulator.faults.history import HistoryFault
from simulator.paging import LARGEST_LIMIT, Window
from simulator.ports import Listing

_DELISTED: Final = "BREAK"


@dataclass(frozen=True, slots=True)
class Span:
    """A series and the open times `[first, last]` that are looked at, at market time `now`."""

    market: AmendedMarket
    listing: Listing
    interval: Interval
    first: int
    last: int
    now: int

    def final(self, under: list[HistoryFault] | None = None) -> Iterator[Bars]:
        """Pages of final bars, as they stand or `under` other changes."""
        symbol, at = self.listing.symbol, self.first
        held = self.market.in_force(symbol, self.now) if under is None else under
        while True:
            wanted = Window(at, self.last, LARGEST_LIMIT, newest=False)
            bars = self.market.bars_under(held, symbol, self.interval, wanted, self.now)
            bars = bars[bars[:, CLOSE_TIME] < self.now]
            if not len(bars):
                return
            yield bars
            at = int(bars[-1, OPEN_TIME]) + 1


@dataclass(frozen=True, slots=True)
class MissingBars:
    """`bars` bars of the grid in `[start, end)` that are not there. `cause` says what made the hole:
    `listing`, `status`, a kind of change (`outage`, `withdrawn`, `late`), or `recording`.
    """

    start: int
    end: int
    bars: int
    reason: HoleReason
    cause: str


def holes(span: Span) -> list[dict[str, Any]]:
    """Every hole among the bars that are final by now; a bar off the grid covers what it overlaps."""
    interval, end = span.interval, min(span.last + 1, span.interval.floor(span.now))
    at, found, listed = span.first, list[MissingBars](), _had_bars(span)
    for bars in span.final():
        opens, ends = bars[:, OPEN_TIME], bars[:, CLOSE_TIME] + 1
        before = np.concatenate(([at], ends[:-1]))
        for row in np.flatnonzero(opens > before):
            found += _hole(span, int(before[row]), int(opens[row]), listed or bool(row), ended=False)
        at, listed = int(ends[-1]), True
    found += _hole(span, at, interval.ceil(end), listed, ended=True)
    return [asdict(each) for each in found]


def _had_bars(span: Span) -> bool:
    """Whether the symbol had a bar before the span."""
    wanted = Window(0, span.first - 1, 1, newest=True)
    return bool(len(span.market.bars(span.listing.symbol, span.interval, wanted, span.now)))


def _hole(span: Span, start: int, end: int, listed: bool, ended: bool) -> list[MissingBars]:
    first, stop = span.interval.ceil(start), span.interval.floor(end)
    if first >= stop:
        return []
    reason, cause = HoleReason.OUTAGE, "recording"
    changes = span.market.in_force(span.listing.symbol, span.now)
    hidden = [each for each in changes if each.hides and each.begin < stop and first < each.end]
    if hidden:
        cause = hidden[-1].kind
    elif not listed:
        reason, cause = HoleReason.BEFORE_LISTING, "listing"
    elif ended and span.listing.status == _DELISTED:
        reason, cause = HoleReason.AFTER_DELISTING, "status"
    elif ended:
        cause = "status"
    return [MissingBars(first, stop, span.interval.count(first, stop), reason, str(cause))]
