"""Binance, read only, through python-binance. The simulator speaks the same protocol at another address."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from decimal import Decimal
from email.utils import parsedate_to_datetime
from functools import partial
from types import SimpleNamespace
from typing import Any, Final

import aiohttp
import pyarrow as pa

from ingest.budget import RateBudget
from ingest.exchanges.binance_answers import read_klines, read_symbol, read_time, read_trade_ids
from ingest.exchanges.binance_errors import FAILURES, translate
from ingest.exchanges.binance_frames import FrameReader
from ingest.exchanges.binance_listing import read_markets, read_volumes
from ingest.exchanges.binance_stream import frames
from ingest.exchanges.library import AsyncClient
from ingest.live import Frame, TradeKind
from ingest.session import session_options
from market.errors import InvalidInput, RateLimited, UnknownSymbol
from market.interval import Interval, Series
from market.ports import SymbolInfo

_KLINES_WEIGHT: Final = 2
_TIME_WEIGHT: Final = 1
_SYMBOL_WEIGHT: Final = 20
_TRADES_WEIGHT: Final = 4
_ALL_TICKERS_WEIGHT: Final = 80
_PAGE_LIMIT: Final = 1000


class BinanceExchange:
    """One exchange id at one pair of addresses (`rest` like `https://host/api`, `stream` like `wss://host/`)."""

    def __init__(
        self, exchange: str, rest: str, stream: str, budget: RateBudget, *, key: str = "", secret: str = ""
    ) -> None:
        self.exchange = exchange
        self.budget = budget
        self._stream = stream if stream.endswith("/") else stream + "/"
        # The library takes its address from a class attribute only; a subclass of our own keeps two
        # addresses in one process apart.
        self._client_type = type("_Client", (_Client,), {"API_URL": rest.rstrip("/")})
        self._keys = (key or None, secret or None)
        self._trades: tuple[TradeKind, ...] = ()
        self._opened: _Client | None = None

    async def server_time(self) -> int:
        """The exchange's time, ms UTC."""
        answer = await self._ask("exchange time", _TIME_WEIGHT, self._client().get_server_time)
        return read_time(answer)

    async def symbol(self, name: str) -> SymbolInfo:
        """One market; `UnknownSymbol` where the exchange does not list it."""
        try:
            answer = await self._ask(
                f"symbol {name}", _SYMBOL_WEIGHT, partial(self._client().symbol_info, name)
            )
        except InvalidInput as error:
            raise UnknownSymbol(f"symbol {name!r} is not listed on {self.exchange}: {error}") from error
        return read_symbol(answer, self.exchange, name)

    async def markets(self) -> list[SymbolInfo]:
        """Every market, whatever its status."""
        answer = await self._ask("markets", _SYMBOL_WEIGHT, self._client().all_markets)
        return read_markets(answer, self.exchange)

    async def volumes(self) -> dict[str, Decimal]:
        """Quote volume of the last 24 hours by symbol."""
        return read_volumes(await self._ask("24 h tickers", _ALL_TICKERS_WEIGHT, self._client().get_ticker))

    async def klines(
        self, symbol: str, interval: Interval, start: int | None, end: int | None, limit: int = _PAGE_LIMIT
    ) -> pa.Table:
        """One page: bars that open in `[start, end]` (inclusive), oldest first, as `KLINE_SCHEMA`."""
        call = partial(
            self._client().get_klines,
            symbol=symbol,
            interval=interval.name,
            startTime=start,
            endTime=end,
            limit=limit,
        )
        answer = await self._ask(f"{symbol} {interval} klines", _KLINES_WEIGHT, call)
        return read_klines(answer, interval, end)

    async def aggregate_ids(self, symbol: str, first: int, limit: int = 1000) -> list[int]:
        """Ids of aggregate trades from `first` on, rising, at most `limit`."""
        call = partial(self._client().get_aggregate_trades, symbol=symbol, fromId=first, limit=limit)
        return read_trade_ids(await self._ask(f"{symbol} aggregate trades", _TRADES_WEIGHT, call), first)

    def include_trades(self, kinds: Sequence[TradeKind]) -> None:
        """Frames of trades too, from the next connection on."""
        self._trades = tuple(kinds)

    def frames(self, followed: Sequence[Series]) -> AsyncGenerator[Frame, None]:
        """Frames of one fresh connection; it ends with `ExchangeUnavailable`."""
        return frames(self._client(), self._stream, FrameReader(followed, self._trades))

    async def close(self) -> None:
        """Give connections back."""
        if self._opened is not None:
            await self._opened.close_connection()
            self._opened = None

    def _client(self) -> _Client:
        if self._opened is None:
            trace = aiohttp.TraceConfig()
            trace.on_request_end.append(self._note_weight)
            key, secret = self._keys
            self._opened = self._client_type(
                key, secret, session_params={"trace_configs": [trace], **session_options()}
            )
        return self._opened

    async def _ask(self, asked: str, weight: int, call: Callable[[], Awaitable[Any]]) -> Any:
        async with self.budget.spend(weight):
            try:
                return await call()
            except FAILURES as error:
                problem = translate(error, asked)
                if isinstance(problem, RateLimited):
                    self.budget.stop(problem.retry_after or 0)
                raise problem from error

    async def _note_weight(
        self, _session: aiohttp.ClientSession, _context: SimpleNamespace, end: aiohttp.TraceRequestEndParams
    ) -> None:
        used, date = end.response.headers.get("X-MBX-USED-WEIGHT-1M"), end.response.headers.get("Date")
        if used is None or not used.isdecimal():
            return
        try:
            second = parsedate_to_datetime(date).timestamp() if date else None
        except ValueError:
            second = None
        self.budget.observe(int(used), second)


class _Client(AsyncClient):  # type: ignore[misc]  # the library has no types
    async def all_markets(self) -> Any:
        """Without the sets of permissions, which are most of an answer of 10 MB."""
        return await self._get("exchangeInfo", data={"showPermissionSets": "false"})

    async def symbol_info(self, name: str) -> Any:
        """The library's own `get_symbol_info` reads all markets (10 MB) to find one."""
        return await self._get("exchangeInfo", data={"symbol": name})
