"""What the server asks of a market. Each market is one file in `simulator/markets/`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from market.interval import MINUTE, Interval
from simulator.bars import Bars
from simulator.paging import Window


@dataclass(frozen=True, slots=True)
class Listing:
    """A symbol as the exchange lists it; `tick` and `lot` are in units of 1e-8.

    `intervals` are those it can serve, finest first; `derived` names columns that its recording lacks.
    """

    symbol: str
    base_asset: str
    quote_asset: str
    tick: int
    lot: int
    intervals: tuple[Interval, ...]
    derived: tuple[str, ...] = ()
    status: str = "TRADING"

    @property
    def unit(self) -> Interval:
        """The finest interval of whole minutes: what all but seconds are added up from."""
        return next((each for each in self.intervals if each.typical_ms >= MINUTE), self.intervals[-1])


class Market(Protocol):
    """A set of symbols whose whole history is known; `now` (ms UTC) says how much of it has happened."""

    def listings(self, now: int) -> dict[str, Listing]:
        """Symbols listed by `now`."""
        ...

    def bars(self, symbol: str, interval: Interval, wanted: Window, now: int) -> Bars:
        """The window's bars, oldest first; the last one is still running if it closes at or after `now`."""
        ...

    def start(self) -> int | None:
        """The market time to begin at; None for the present."""
        ...

    def as_it_is(self) -> Market:
        """The same history, whatever is revised later."""
        ...

    def revise(self, symbol: str) -> bool:
        """Put a series' revised history in place of its first one; False if there is none."""
        ...
