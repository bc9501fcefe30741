"""Any other spot exchange, read only and by REST, through ccxt."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncGenerator, Sequence
from decimal import Decimal
from functools import partial
from typing import Any, Final

import pyarrow as pa

from ingest.budget import RateBudget
from ingest.exchanges.ccxt_answers import (
    quote_volume,
    read_book,
    read_klines,
    read_last,
    read_market,
    read_open_time,
    read_time,
    read_top,
)
from ingest.exchanges.ccxt_client import Answer
from ingest.exchanges.ccxt_door import Door
from ingest.exchanges.ccxt_history import first_open, window_end
from ingest.live import BookFrame, Frame, KlineFrame
from market.errors import InvalidInput
from market.interval import Interval, Series
from market.kline import empty_klines
from market.ports import SymbolInfo

_PAGE_ROWS: Final = 100
_POLL_S: Final = 2.0


class CcxtExchange:
    """One of ccxt's exchanges by its id. `rest` (`https://host`) replaces its own host; it has no stream, so
    it is followed by asking.
    """

    def __init__(self, exchange: str, rest: str, budget: RateBudget) -> None:
        self.exchange = exchange
        self.budget = budget
        self._door = Door(exchange, rest, budget)
        self._client = self._door.client
        self._first: dict[tuple[str, Interval], int | None] = {}

    async def server_time(self) -> int:
        """The exchange's time, ms UTC; ours, corrected by its `Date` headers, where it tells no other."""
        if self._client.has.get("fetchTime") is True:
            return read_time((await self._door.ask("exchange time", self._client.fetch_time))[0])
        await self._door.markets()
        return self._door.clock.now()

    async def symbol(self, name: str) -> SymbolInfo:
        """One market, written BTCUSDT or BTC/USDT; `UnknownSymbol` where the exchange does not list it."""
        return read_market(await self._door.market(name), self.exchange, self._client.precisionMode)

    async def markets(self) -> list[SymbolInfo]:
        """Every spot market."""
        listed = [each for same in (await self._door.markets()).values() for each in same]
        return [read_market(each, self.exchange, self._client.precisionMode) for each in listed]

    async def volumes(self) -> dict[str, Decimal]:
        """Quote volume of the last 24 hours by symbol."""
        markets = await self._door.markets()
        tickers, _ = await self._door.ask("tickers", self._client.fetch_tickers)
        return {name: quote_volume(tickers.get(same[0]["symbol"]) or {}) for name, same in markets.items()}

    async def klines(
        self, symbol: str, interval: Interval, start: int | None, end: int | None, limit: int = 1000
    ) -> pa.Table:
        """One page: bars that open in `[start, end]` (inclusive), oldest first, as `KLINE_SCHEMA`.

        Some exchanges answer with the newest bars of a long range, some only for a window after its start,
        and an empty window says nothing about the next. So no request spans more than fits into one answer,
        and only an empty range up to its end is an empty page.
        """
        market = await self._door.market(symbol)
        self._check(interval)
        bars = min(self._page_rows(market), limit)
        if start is None:
            newest = interval.floor(end if end is not None else await self.server_time())
            start = interval.floor(newest - (bars - 1) * interval.typical_ms)
        at = max(start, self._first.get((market["symbol"], interval)) or start)
        if end is not None and at > end:
            return empty_klines()
        page, stop = await self._window(market, interval, at, end, bars)
        if page.num_rows or (end is not None and stop >= interval.floor(end)):
            return page
        return await self._beyond(market, interval, stop + 1, end, bars)

    async def frames(self, followed: Sequence[Series]) -> AsyncGenerator[Frame, None]:
        """Quotes, asked for every two seconds, and for each series the bar that runs now; its close is read
        by whoever follows the series. Ends with an error, never by itself.
        """
        names = sorted({series.symbol for series in followed})
        while True:
            tickers = await self._tickers(names)
            for name in names:
                for frame in await self._quotes(name, tickers):
                    yield frame
            now = self._door.clock.now()
            for series in followed:
                yield KlineFrame(series.symbol, series.interval, series.interval.floor(now), now, None)
            await asyncio.sleep(_POLL_S)

    async def close(self) -> None:
        """Give connections back."""
        await self._client.close()

    async def _tickers(self, names: Sequence[str]) -> dict[str, Any]:
        """The tickers by the library's symbol, in one request where the exchange has that."""
        symbols = [(await self._door.market(name))["symbol"] for name in names]
        if len(symbols) > 1 and self._client.has.get("fetchTickers") is True:
            return dict((await self._door.ask("tickers", partial(self._client.fetch_tickers, symbols)))[0])
        ask = self._client.fetch_ticker
        return {each: (await self._door.ask(f"{each} ticker", partial(ask, each)))[0] for each in symbols}

    async def _quotes(self, name: str, tickers: dict[str, Any]) -> list[Frame]:
        symbol = (await self._door.market(name))["symbol"]
        ticker = tickers.get(symbol) or {}
        top = read_top(ticker)
        if top is None:
            ask = partial(self._client.fetch_order_book, symbol)
            top = read_book((await self._door.ask(f"{name} order book", ask))[0])
        last = read_last(ticker, name, self._door.clock.now())
        book = BookFrame(name, *top, time.monotonic_ns()) if top else None
        return [frame for frame in (book, last) if frame is not None]

    async def _window(
        self, market: dict[str, Any], interval: Interval, at: int, end: int | None, bars: int
    ) -> tuple[pa.Table, int]:
        """Bars of the window that begins at `at`, and the last open time of the window."""
        stop = window_end(interval, interval.ceil(at), bars)
        if end is not None:
            stop = min(stop, interval.floor(end))
        rows, answer = await self._candles(market, interval, at, stop, bars)
        return read_klines(rows, answer, interval, at, stop), stop

    async def _beyond(
        self, market: dict[str, Any], interval: Interval, at: int, end: int | None, bars: int
    ) -> pa.Table:
        """The first window with bars from `at` on; those before the oldest bar need not be asked for."""
        now = await self.server_time()
        first = await self._oldest(market, interval, now)
        last = interval.floor(now if end is None else min(end, now))
        at = last + 1 if first is None else max(at, first)
        while at <= last:
            page, stop = await self._window(market, interval, at, end, bars)
            if page.num_rows:
                return page
            at = stop + 1
        return empty_klines()

    async def _candles(
        self, market: dict[str, Any], interval: Interval, start: int, stop: int, bars: int
    ) -> tuple[Any, Answer]:
        call = partial(
            self._client.fetch_ohlcv,
            market["symbol"],
            interval.name,
            since=start,
            limit=bars,
            # One bar's length beyond the last open time: right for inclusive and for exclusive ends.
            params={"until": interval.close_time(stop)},
        )
        return await self._door.ask(f"{market['symbol']} {interval} candles", call)

    async def _oldest(self, market: dict[str, Any], interval: Interval, now: int) -> int | None:
        key = market["symbol"], interval
        if self._first.get(key) is None:
            bars = self._page_rows(market)

            async def first_in(level: Interval, start: int, stop: int) -> int | None:
                rows, answer = await self._candles(market, level, start, stop, bars)
                return read_open_time(rows, answer, start, stop)

            self._first[key] = await first_open(first_in, self._client.timeframes, interval, bars, now)
        return self._first[key]

    def _check(self, interval: Interval) -> None:
        offered = self._client.timeframes or {}
        if interval.name not in offered:
            raise InvalidInput(f"{self.exchange} has no {interval} candles, only {', '.join(offered)}")

    def _page_rows(self, market: dict[str, Any]) -> int:
        rows = self._client.feature_value(market["symbol"], "fetchOHLCV", "limit", _PAGE_ROWS)
        return int(rows or _PAGE_ROWS)
