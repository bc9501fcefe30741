"""Rows by time: what pages, exports and statistics read in the same way, klines or ticks."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

import pyarrow as pa

from market.interval import Series
from market.kline import STORED_SCHEMA
from market.ports import TICK_SCHEMA, KlineStore, TickStore
from web.simulated import header_of

SIMULATED: Final = "simulated"


@dataclass(frozen=True, slots=True)
class Feed:
    """Rows of one series or market.

    `read(start, end, limit, newest)` gives text in the columns of `schema`, oldest first; `stream` and
    `series` are those of the lines in the change log that tell of its rows.
    """

    stream: str
    series: str
    identity: Mapping[str, str]
    time: str
    schema: pa.Schema
    read: Callable[[int, int, int, bool], pa.Table]

    @property
    def head(self) -> dict[str, object]:
        """What every answer about it begins with."""
        return {**self.identity, "simulated": self.identity["exchange"] == SIMULATED}

    @property
    def headers(self) -> dict[str, str]:
        """What every answer about it has, whatever its format."""
        return header_of(self.head)


def kline_feed(store: KlineStore, series: Series) -> Feed:
    """Readable candles of a series, by open time."""
    identity = {"exchange": series.exchange, "symbol": series.symbol, "interval": str(series.interval)}

    def read(start: int, end: int, limit: int, newest: bool) -> pa.Table:
        return store.read_text(series, start, end, limit=limit, newest=newest)

    return Feed("klines", str(series), identity, "open_time", STORED_SCHEMA, read)


def tick_feed(store: TickStore, exchange: str, symbol: str) -> Feed:
    """Samples of a market, by the time they were taken."""
    identity = {"exchange": exchange, "symbol": symbol}

    def read(start: int, end: int, limit: int, newest: bool) -> pa.Table:
        return store.read_text(exchange, symbol, start, end, limit=limit, newest=newest)

    return Feed("ticks", f"{exchange}/{symbol}", identity, "time", TICK_SCHEMA, read)
