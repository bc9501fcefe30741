"""Everything one running simulator holds."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Final, Protocol

from aiohttp import web

from simulator.amended import AmendedMarket
from simulator.clock import MarketClock
from simulator.faults.answers import Fault
from simulator.faults.pages import PagePlan
from simulator.faults.trigger import Plan
from simulator.ports import Listing
from simulator.trades import Tape
from simulator.weight import WeightBook


class Client(Protocol):
    """A WebSocket connection, as far as the house ends it."""

    def cut(self) -> None:
        """End the TCP connection without a closing handshake."""
        ...

    async def close(self) -> None:
        """Say goodbye, as a server that goes away does."""
        ...


@dataclass
class Exchange:
    """The market, its clock, and the books that are kept on the clients."""

    market: AmendedMarket
    clock: MarketClock
    weights: WeightBook = field(default_factory=WeightBook)
    faults: Plan[Fault] = field(default_factory=Plan)
    pages: PagePlan = field(default_factory=PagePlan)
    requests: Counter[str] = field(default_factory=Counter)
    statuses: Counter[int] = field(default_factory=Counter)
    connections: set[Client] = field(default_factory=set)
    accepted: int = 0
    tape: Tape = field(init=False)

    def __post_init__(self) -> None:
        self.tape = Tape(self.market)

    def listings(self) -> dict[str, Listing]:
        """Symbols listed at this moment."""
        return self.market.listings(self.clock.now())

    def disarm(self) -> None:
        """No more faults; what happened to the history stays."""
        self.faults.clear()
        self.pages.clear()
        self.market.settle()
        self.tape.forget()


EXCHANGE: Final = web.AppKey("EXCHANGE", Exchange)
