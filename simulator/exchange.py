"""Everything one running simulator holds."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from aiohttp import web

from simulator.clock import MarketClock
from simulator.faults import FaultPlan
from simulator.ports import Listing, Market
from simulator.weight import WeightBook

if TYPE_CHECKING:
    from simulator.sockets import Connection


@dataclass
class Exchange:
    """The market, its clock, and the books that are kept on the clients."""

    market: Market
    clock: MarketClock
    weights: WeightBook = field(default_factory=WeightBook)
    faults: FaultPlan = field(default_factory=FaultPlan)
    requests: Counter[str] = field(default_factory=Counter)
    statuses: Counter[int] = field(default_factory=Counter)
    connections: set[Connection] = field(default_factory=set)
    accepted: int = 0

    def listings(self) -> dict[str, Listing]:
        """Symbols listed at this moment."""
        return self.market.listings(self.clock.now())


EXCHANGE: Final = web.AppKey("EXCHANGE", Exchange)
