"""A scripted second exchange: real HTTP in OKX's protocol, frames written by hand from its documentation.

It answers with the newest candles of what was asked for, newest first, at most 300, and with none where its
window holds none, whatever lies beyond.
"""

from __future__ import annotations

import json
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web
from aiohttp.test_utils import TestServer

from ingest.budget import RateBudget
from ingest.exchanges.ccxt_rest import CcxtExchange
from market.interval import Interval

HOUR = 3_600_000
NOW = 1_700_000_000_000 // HOUR * HOUR + 20 * 60_000
STEPS = {"1m": 60_000, "1H": HOUR, "1Dutc": 24 * HOUR, "1Mutc": 31 * 24 * HOUR}
PAIRS = {"BTC-USDT": "live", "ETH-USDT": "live", "OLD-USDT": "suspend", "BTC-EUR": "live"}
VOLUMES = {"BTC-USDT": "2000.5", "ETH-USDT": "9000", "OLD-USDT": "99999", "BTC-EUR": "1"}


@dataclass
class Refusal:
    """An answer in place of the right one."""

    body: str
    status: int = 200
    kind: str = "application/json"
    headers: dict[str, str] = field(default_factory=dict)


class Okx:
    """Serves `candles` (by bar, rising open times; the last one runs) of every pair."""

    def __init__(self) -> None:
        self.candles: dict[str, list[int]] = {bar: [] for bar in STEPS}
        self.price = '"37012.1"'
        self.refusals: list[Refusal] = []
        self.asked: list[tuple[str, dict[str, str]]] = []
        self.listed = dict(PAIRS)
        self.speed = 0
        self._began = time.monotonic()

    def now(self) -> int:
        """Its time: it stands still unless `speed` is set."""
        return NOW + round((time.monotonic() - self._began) * 1000 * self.speed)

    def list_since(self, first: int, gap: tuple[int, int] = (0, 0)) -> None:
        """Candles of every bar from `first` to a day after `NOW`, none in `gap`."""
        for bar, step in STEPS.items():
            opens = range(first // step * step, NOW + 24 * HOUR, step) if bar != "1Mutc" else _months(first)
            self.candles[bar] = [each for each in opens if not gap[0] <= each < gap[1]]

    def app(self) -> web.Application:
        """The server."""
        app = web.Application()
        for path, answer in {
            "public/time": self._time,
            "public/instruments": self._instruments,
            "market/candles": self._candles,
            "market/history-candles": self._candles,
            "market/ticker": self._ticker,
            "market/tickers": self._tickers,
            "market/books": self._book,
        }.items():
            app.router.add_get(f"/api/v5/{path}", self._guarded(answer))
        return app

    def _guarded(self, answer: Any) -> Any:
        async def handle(request: web.Request) -> web.Response:
            self.asked.append((request.path.removeprefix("/api/v5/"), dict(request.query)))
            if self.refusals and "market/" in request.path:
                refusal = self.refusals.pop(0)
                return web.Response(
                    text=refusal.body,
                    status=refusal.status,
                    content_type=refusal.kind,
                    headers=refusal.headers,
                )
            text = f'{{"code":"0","msg":"","data":{answer(dict(request.query))}}}'
            return web.Response(text=text, content_type="application/json")

        return handle

    def _time(self, _query: dict[str, str]) -> str:
        return json.dumps([{"ts": str(self.now())}])

    def _instruments(self, query: dict[str, str]) -> str:
        assert query["instType"] == "SPOT", "nothing but spot is asked for"
        return json.dumps(
            [
                {
                    "instType": "SPOT", "instId": name, "baseCcy": name.split("-")[0],
                    "quoteCcy": name.split("-")[1],
                    "listTime": "1548133413000", "lotSz": "0.00000001", "minSz": "0.00001",
                    "state": state, "tickSz": "0.1",
                }
                for name, state in self.listed.items()
            ]
        )  # fmt: skip

    def _candles(self, query: dict[str, str]) -> str:
        before, after = int(query.get("before", -1)), int(query.get("after", 1 << 60))
        fit = [each for each in self.candles[query["bar"]] if before < each < after and each <= self.now()]
        newest = fit[::-1][: min(int(query.get("limit", "100")), 300)]
        rows = [
            f'["{at}",{self.price},{self.price},{self.price},{self.price},"2.5","1","1","0"]' for at in newest
        ]
        return f"[{','.join(rows)}]"

    def _ticker(self, query: dict[str, str]) -> str:
        return json.dumps([_ticker(query["instId"])])

    def _tickers(self, _query: dict[str, str]) -> str:
        return json.dumps([_ticker(name) for name in PAIRS])

    def _book(self, _query: dict[str, str]) -> str:
        asks = [["10.1", "1", "0", "1"], ["9.7", "3.3", "0", "1"]]
        bids = [["9.3", "2", "0", "1"], ["9.6", "4", "0", "1"]]
        return json.dumps([{"asks": asks, "bids": bids, "ts": str(NOW)}])


def _ticker(name: str) -> dict[str, str]:
    top = {"askPx": "37012.2", "askSz": "1.5", "bidPx": "37012.1", "bidSz": "0.25"}
    if name == "ETH-USDT":  # the order book has to be asked
        top = {"askPx": "9.7", "askSz": "", "bidPx": "9.6", "bidSz": ""}
    return {
        "instType": "SPOT", "instId": name, "last": "37012.15", "volCcy24h": VOLUMES[name], "vol24h": "1",
        "ts": str(NOW), **top,
    }  # fmt: skip


def _months(first: int) -> list[int]:
    month = Interval("1M")
    return [month.floor(first), *month.opens(first, NOW)]


def ccxt_at(name: str, rest: str) -> CcxtExchange:
    """The real adapter, in no hurry to be polite to a server of our own."""
    exchange = CcxtExchange(name, rest, RateBudget(0.9))
    exchange._client.enableRateLimit = False
    exchange._client.timeout_on_exit = 0
    return exchange


@asynccontextmanager
async def scripted_okx() -> AsyncIterator[tuple[Okx, CcxtExchange]]:
    """A server with 900 hours of history, and the adapter at it."""
    script = Okx()
    script.list_since(NOW - 900 * HOUR)
    server = TestServer(script.app())
    await server.start_server()
    exchange = ccxt_at("okx", f"http://127.0.0.1:{server.port}")
    yield script, exchange
    await exchange.close()
    await server.close()
