"""What a live stream tells us, in the words of the market, and what an exchange adapter has to offer."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Sequence
from decimal import Decimal
from enum import StrEnum
from typing import Protocol, runtime_checkable

import msgspec

from ingest.budget import RateBudget
from ingest.counters import Reject
from market.interval import Interval, Series
from market.kline import Kline
from market.ports import KlineSource, SymbolInfo

# msgspec structs, not dataclasses: thousands are made each second, ten times as fast.


class KlineFrame(msgspec.Struct, frozen=True, gc=False):
    """A candle as the stream shows it. `kline` is set once the stream calls it closed."""

    symbol: str
    interval: Interval
    open_time: int
    sent_at: int
    kline: Kline | None
    trades: int = 0

    @property
    def key(self) -> tuple[str, str]:
        """Which series it belongs to."""
        return self.symbol, self.interval.name


class BookFrame(msgspec.Struct, frozen=True, gc=False):
    """Best bid and ask with their quantities; the exchange sends no time with it, only a rising number."""

    symbol: str
    bid: Decimal
    bid_quantity: Decimal
    ask: Decimal
    ask_quantity: Decimal
    update_id: int = 0


class LastFrame(msgspec.Struct, frozen=True, gc=False):
    """The last traded price."""

    symbol: str
    last: Decimal
    sent_at: int


class TradeKind(StrEnum):
    """Aggregate trades (one id per order filled at one price) or every single trade."""

    AGGREGATE = "aggTrade"
    SINGLE = "trade"


class TradeChoice(StrEnum):
    """Which trades are followed beside candles and quotes."""

    OFF = "off"
    AGGREGATE = "agg"
    ALL = "all"

    def kinds(self) -> tuple[TradeKind, ...]:
        """The streams."""
        return {
            TradeChoice.OFF: (),
            TradeChoice.AGGREGATE: (TradeKind.AGGREGATE,),
            TradeChoice.ALL: (TradeKind.AGGREGATE, TradeKind.SINGLE),
        }[self]


class TradeFrame(msgspec.Struct, frozen=True, gc=False):
    """A trade, of which only the id is kept: ids are consecutive, so they prove that nothing is missing."""

    symbol: str
    kind: TradeKind
    trade_id: int


class RejectedFrame(msgspec.Struct, frozen=True, gc=False):
    """A message that could not be used. `series` (symbol, interval) is set where it could be told."""

    reason: Reject
    detail: str
    series: tuple[str, str] | None = None


class LeavingFrame(msgspec.Struct, frozen=True, gc=False):
    """The exchange announces that it will end this connection."""


Frame = KlineFrame | BookFrame | LastFrame | TradeFrame | RejectedFrame | LeavingFrame


class Exchange(KlineSource, Protocol):
    """A source of history that can also be followed live."""

    async def markets(self) -> list[SymbolInfo]:
        """Every spot market, whatever its status."""
        ...

    async def volumes(self) -> dict[str, Decimal]:
        """Quote volume of the last 24 hours by symbol."""
        ...

    budget: RateBudget

    def frames(self, followed: Sequence[Series]) -> AsyncGenerator[Frame, None]:
        """Frames of one fresh connection; it ends with `ExchangeUnavailable`, never by itself."""
        ...


@runtime_checkable
class TradeSource(Protocol):
    """An exchange whose frames can include trades, and that can show aggregate trades again."""

    def include_trades(self, kinds: Sequence[TradeKind]) -> None:
        """From the next connection on."""
        ...

    async def aggregate_ids(self, symbol: str, first: int, limit: int = 1000) -> list[int]:
        """Ids from `first` on, rising, at most `limit`."""
        ...
