"""A scripted exchange: real HTTP, answers as a test writes them."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from typing import Any

from aiohttp import web
from aiohttp.test_utils import TestServer

HOUR = 3_600_000
Answer = Callable[[web.Request], web.StreamResponse | Any]


def row(open_time: int, length: int = HOUR, price: str = "100.0") -> list[Any]:
    """A kline as the exchange sends it."""
    close = open_time + length - 1
    return [open_time, price, price, price, price, "2.0", close, "200.0", 3, "1.0", "100.0", "0"]


class ScriptedExchange:
    """Serves `bars` with the exchange's paging rules, unless an answer was put in front with `script`."""

    def __init__(self, bars: list[list[Any]], now: int) -> None:
        self.bars = bars
        self.now = now
        self.status = "TRADING"
        self.asked: list[dict[str, str]] = []
        self._scripted: list[Answer] = []

    def script(self, *answers: Answer) -> None:
        """The next kline requests get these answers, one each."""
        self._scripted += answers

    def forget(self) -> None:
        """Answer by the rules again."""
        self._scripted.clear()

    def app(self) -> web.Application:
        """The server."""
        app = web.Application()
        app.router.add_get("/api/v3/time", self._time)
        app.router.add_get("/api/v3/exchangeInfo", self._info)
        app.router.add_get("/api/v3/klines", self._klines)
        return app

    def page(self, query: dict[str, str]) -> list[list[Any]]:
        """Inclusive bounds on the open time; a limit above 1000 is clamped."""
        start, end = query.get("startTime"), query.get("endTime")
        limit = min(int(query.get("limit", "500")), 1000)
        fit = [
            bar
            for bar in self.bars
            if bar[0] <= self.now
            and (start is None or bar[0] >= int(start))
            and (end is None or bar[0] <= int(end))
        ]
        return fit[-limit:] if start is None else fit[:limit]

    async def _time(self, _request: web.Request) -> web.Response:
        return web.json_response({"serverTime": self.now})

    async def _info(self, request: web.Request) -> web.Response:
        name = request.query["symbol"]
        if name != "BTCUSDT":
            return web.json_response({"code": -1121, "msg": "Invalid symbol."}, status=400)
        entry = {"symbol": name, "status": self.status, "baseAsset": "BTC", "quoteAsset": "USDT"}
        return web.json_response({"symbols": [entry]})

    async def _klines(self, request: web.Request) -> web.StreamResponse:
        query = dict(request.query)
        self.asked.append(query)
        if self._scripted:
            answer = self._scripted.pop(0)(request)
            return await answer if asyncio.iscoroutine(answer) else answer
        return web.json_response(self.page(query))


async def serve(exchange: ScriptedExchange) -> TestServer:
    """Start it on a free port."""
    server = TestServer(exchange.app())
    await server.start_server()
    return server


def text(body: str, status: int = 200, kind: str = "application/json", **headers: str) -> Answer:
    """An answer with this body."""
    return lambda _request: web.Response(text=body, status=status, content_type=kind, headers=headers)


def rows(bars: list[list[Any]]) -> Answer:
    """An answer with these klines, whatever was asked for."""
    return text(json.dumps(bars))
