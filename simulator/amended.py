"""The market as it is served: another market's history with the changes that were asked for."""

from __future__ import annotations

from functools import partial
from itertools import count
from typing import Final

from market.interval import HOUR, Interval
from simulator.amendments import amended, outside, recounted, window_of
from simulator.bars import CLOSE_TIME, OPEN_TIME, Bars
from simulator.faults.history import HistoryFault, HistoryKind
from simulator.paging import Window
from simulator.ports import Listing, Market

_HOUR: Final = Interval("1h")


class AmendedMarket:
    """All bars of `market` but those that a `HistoryFault` hides or corrects."""

    def __init__(self, market: Market) -> None:
        self._market = market
        self._faults: dict[int, HistoryFault] = {}  # by a number that is never used again
        self._numbers = count(1)
        self._recorded_edition = 0
        self._before: list[tuple[str, int, Market]] = []

    def listings(self, now: int) -> dict[str, Listing]:
        """Those of the market behind."""
        return self._market.listings(now)

    def start(self) -> int | None:
        """That of the market behind."""
        return self._market.start()

    def revise(self, symbol: str, now: int = 0) -> bool:
        """Put a recorded revision in force at market time `now`."""
        first = self._market.as_it_is()
        if not self._market.revise(symbol):
            return False
        self._recorded_edition = next(self._numbers)
        self._before.append((symbol, now, first))
        return True

    def before_revisions(self, symbol: str) -> list[tuple[int, Market]]:
        """When the symbol's recording was revised, and the market before it."""
        return [(since, first) for name, since, first in self._before if name == symbol][:1]

    def over(self, market: Market) -> AmendedMarket:
        """Another market without changes."""
        return AmendedMarket(market)

    def as_it_is(self) -> Market:
        """The market behind, whatever is revised later."""
        return self._market.as_it_is()

    def bars(self, symbol: str, interval: Interval, wanted: Window, now: int) -> Bars:
        """The window's bars as they stand at `now`."""
        return self.bars_under(self.in_force(symbol, now), symbol, interval, wanted, now)

    def bars_under(
        self, faults: list[HistoryFault], symbol: str, interval: Interval, wanted: Window, now: int
    ) -> Bars:
        """The window's bars as these changes leave them."""
        ask = partial(self._market.bars, symbol, interval, now=now)
        listing = self._market.listings(now).get(symbol)
        if not faults or listing is None:
            return ask(wanted)
        if interval.typical_ms <= listing.unit.typical_ms:
            change = partial(amended, faults=faults, listing=listing)
            return window_of(ask, change, outside(wanted, faults))
        # Days are added up from hours, of which few are touched; hours and less from the unit.
        by_hours = interval.typical_ms > HOUR and _HOUR in listing.intervals
        fine = partial(self.bars_under, faults, symbol, _HOUR if by_hours else listing.unit, now=now)
        return window_of(ask, partial(recounted, faults=faults, interval=interval, fine=fine), wanted)

    def amend(self, fault: HistoryFault, now: int) -> HistoryFault:
        """Ask for a change. Its range is widened to whole units of every symbol concerned."""
        units = [each.unit for each in self.listings(now).values() if fault.concerns(each.symbol)]
        unit = max(units, key=lambda each: each.typical_ms, default=Interval("1m"))
        own = fault.model_copy(update={"begin": unit.floor(fault.begin), "end": unit.ceil(fault.end)})
        if own.since is None and not own.after:
            own.since = now
        self._faults[next(self._numbers)] = own
        return own

    def answered(self, symbol: str, first: int, last: int, now: int) -> None:
        """Count an answer about the bars that open in `[first, last]`."""
        for fault in [each for each in self._faults.values() if each.concerns(symbol)]:
            if fault.since is None:
                fault.after -= 1
                fault.since = now if fault.after == 0 else None
            elif fault.holds(now) and fault.count and first < fault.end and fault.begin <= last:
                fault.count -= fault.kind is HistoryKind.LATE

    def asked_for(self) -> list[HistoryFault]:
        """Every change of history, in the order it was asked for."""
        return list(self._faults.values())

    def in_force(self, symbol: str, now: int) -> list[HistoryFault]:
        """The changes that hold at `now`."""
        return [each for each in self._faults.values() if each.concerns(symbol) and each.holds(now)]

    def edition(self, now: int) -> tuple[int, ...]:
        """What tells this history from others: whatever was computed from another edition is out of date."""
        return (self._recorded_edition, *(number for number, each in self._faults.items() if each.holds(now)))

    def settle(self) -> None:
        """Late bars come now, changes that wait for their turn are called off; the rest stays history."""
        self._faults = {
            number: each
            for number, each in self._faults.items()
            if each.since is not None and each.kind is not HistoryKind.LATE
        }

    def restore(self) -> None:
        """The first history."""
        self._faults.clear()


def asked_span(wanted: Window, bars: Bars) -> tuple[int, int]:
    """The open times about which an answer says something: a full page ends with its last row."""
    full = len(bars) == wanted.limit
    first = int(bars[0, OPEN_TIME]) if full and wanted.newest else wanted.first
    last = int(bars[-1, CLOSE_TIME]) if full and not wanted.newest else wanted.last
    return first, last
