"""A question for klines and all that answers it."""

from __future__ import annotations

from dataclasses import dataclass

from market.interval import Interval
from simulator.bars import CLOSE_TIME, OPEN_TIME, Bars
from simulator.paging import Window
from simulator.ports import Listing, Market
from simulator.zones import zoned

MICRO = 1_000


@dataclass(frozen=True, slots=True)
class Asked:
    """`offset` is that of the time zone in ms; with `micro` the answer's times are microseconds."""

    market: Market
    listing: Listing
    interval: Interval
    wanted: Window
    now: int
    offset: int = 0
    micro: bool = False

    def bars(self) -> Bars:
        """The right answer, times in ms."""
        if self.offset:
            return zoned(self.market, self.listing, self.interval, self.wanted, self.now, self.offset)
        return self.market.bars(self.listing.symbol, self.interval, self.wanted, self.now)

    def shown(self, bars: Bars) -> Bars:
        """Bars with the times the client wants to see: a bar ends with its last microsecond."""
        if not self.micro:
            return bars
        shown = bars.copy()
        shown[:, OPEN_TIME] *= MICRO
        shown[:, CLOSE_TIME] = shown[:, CLOSE_TIME] * MICRO + MICRO - 1
        return shown
