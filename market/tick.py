"""Ticks: best bid and ask with quantities and the last price, sampled at an instant of market time."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from market.errors import InvalidMarketData


@dataclass(frozen=True, slots=True)
class Tick:
    """One sample. `time` is ms UTC of market time; prices in the quote, quantities in the base asset."""

    exchange: str
    symbol: str
    time: int
    bid: Decimal
    bid_quantity: Decimal
    ask: Decimal
    ask_quantity: Decimal
    last: Decimal

    def __post_init__(self) -> None:
        if min(self.bid, self.ask, self.last) <= 0 or min(self.bid_quantity, self.ask_quantity) < 0:
            raise InvalidMarketData(f"tick {self.symbol} {self.time}: a price is not above zero")
        if self.bid > self.ask:
            raise InvalidMarketData(f"tick {self.symbol} {self.time}: bid {self.bid} above ask {self.ask}")
