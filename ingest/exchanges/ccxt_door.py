"""Requests to one of ccxt's exchanges: within its budget, with our errors, and its list of markets."""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any, Final

from ingest.budget import RateBudget
from ingest.exchanges.ccxt_answers import is_spot, symbol_name
from ingest.exchanges.ccxt_client import ANSWER, Answer, addresses, open_client
from ingest.exchanges.ccxt_clock import DateClock
from ingest.exchanges.ccxt_errors import FAILURES, translate
from market.errors import InvalidInput, RateLimited, UnknownSymbol
from market.outbound import allow

_MARKETS_AGE_S: Final = 3600.0


class Door:
    """The library's client and what we know besides; `client` is called through `ask` only."""

    def __init__(self, exchange: str, rest: str, budget: RateBudget) -> None:
        self.client, error = open_client(exchange, rest, budget.share)
        allow(addresses(self.client))
        self.clock = DateClock()
        self._exchange = exchange
        self._budget = budget
        self._failures = (*FAILURES, error)
        self._loading = asyncio.Lock()
        self._listed: dict[str, list[dict[str, Any]]] = {}
        self._listed_at = 0.0

    async def ask(self, asked: str, call: Callable[[], Awaitable[Any]]) -> tuple[Any, Answer]:
        """What the library makes of the answer, and the answer; `asked` names the request in a message."""
        answer = Answer()
        ANSWER.set(answer)
        async with self._budget.spend(1):
            try:
                result = await call()
            except self._failures as error:
                problem = translate(error, answer, asked)
                if isinstance(problem, RateLimited):
                    self._budget.stop(problem.retry_after or 0)
                raise problem from error
        self.clock.observe(answer.headers)
        # These exchanges do not tell what they have counted; the library paces by its own tables.
        self._budget.observe(self._budget.used + 1)
        return result, answer

    async def markets(self) -> dict[str, list[dict[str, Any]]]:
        """The library's spot markets by our symbol, asked for anew every hour."""
        async with self._loading:
            if not self._listed or time.monotonic() - self._listed_at > _MARKETS_AGE_S:
                load = partial(self.client.load_markets, bool(self._listed))
                found, _ = await self.ask(f"{self._exchange} markets", load)
                self._listed = {}
                for market in filter(is_spot, found.values()):
                    self._listed.setdefault(symbol_name(market), []).append(market)
                self._listed_at = time.monotonic()
        return self._listed

    async def market(self, name: str) -> dict[str, Any]:
        """The one market of a symbol, written BTCUSDT or BTC/USDT."""
        same = (await self.markets()).get(re.sub("[/-]", "", name.upper()), [])
        if not same:
            raise UnknownSymbol(
                f"symbol {name!r} is not listed on {self._exchange}: check its spelling (BTCUSDT)"
            )
        if len(same) > 1:
            both = " and ".join(each["symbol"] for each in same)
            raise InvalidInput(f"symbol {name!r} is {both} on {self._exchange}: neither can be kept")
        return same[0]
