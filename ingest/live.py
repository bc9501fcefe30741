"""What a live stream tells us, in the words of the market, and what an exchange adapter has to offer."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Protocol

from market.interval import Interval, Series
from market.kline import Kline
from market.ports import KlineSource


@dataclass(frozen=True, slots=True)
class KlineFrame:
    """A candle as the stream shows it. `kline` is set once the stream calls it closed."""

    symbol: str
    interval: Interval
    open_time: int
    sent_at: int
    kline: Kline | None


@dataclass(frozen=True, slots=True)
class BookFrame:
    """Best bid and ask with their quantities; the exchange sends no time with it."""

    symbol: str
    bid: Decimal
    bid_quantity: Decimal
    ask: Decimal
    ask_quantity: Decimal


@dataclass(frozen=True, slots=True)
class LastFrame:
    """The last traded price."""

    symbol: str
    last: Decimal
    sent_at: int


Frame = KlineFrame | BookFrame | LastFrame


class Exchange(KlineSource, Protocol):
    """A source of history that can also be followed live."""

    def frames(self, followed: Sequence[Series]) -> AsyncGenerator[Frame, None]:
        """Frames of one fresh connection; it ends with `ExchangeUnavailable`, never by itself."""
        ...
