"""Everything one running simulator holds."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Final, Protocol

from aiohttp import web

from simulator.amended import AmendedMarket
from simulator.clock import MarketClock
from simulator.connection_rules import ConnectionRules
from simulator.faults.answers import Fault
from simulator.faults.pages import PagePlan
from simulator.faults.trigger import Plan
from simulator.ports import Listing
from simulator.stream_faults.plan import StreamFaultPlan
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
    """The market, its clock, and the books that are kept on the clients.

    The tape is that of the market without later changes: an id never means another trade.
    """

    market: AmendedMarket
    clock: MarketClock
    tape: Tape
    weights: WeightBook = field(default_factory=WeightBook)
    faults: Plan[Fault] = field(default_factory=Plan)
    pages: PagePlan = field(default_factory=PagePlan)
    requests: Counter[str] = field(default_factory=Counter)
    statuses: Counter[int] = field(default_factory=Counter)
    connections: set[Client] = field(default_factory=set)
    accepted: int = 0
    rules: ConnectionRules = field(default_factory=ConnectionRules)
    stream_faults: StreamFaultPlan = field(default_factory=StreamFaultPlan)
    socket_events: Counter[str] = field(default_factory=Counter)

    def listings(self) -> dict[str, Listing]:
        """Symbols listed at this moment."""
        return self.market.listings(self.clock.now())

    def disarm(self) -> None:
        """No more faults; what happened to the history stays."""
        self.faults.clear()
        self.pages.clear()
        self.stream_faults.clear()
        self.rules = ConnectionRules()
        self.market.settle()
        self.tape.forget()


EXCHANGE: Final = web.AppKey("EXCHANGE", Exchange)
