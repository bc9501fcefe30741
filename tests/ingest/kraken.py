"""A scripted third exchange, frames written by hand from its documentation: it keeps 720 candles of an
interval, knows no end of a range, and refuses parameters that it does not know.
"""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from aiohttp import web
from aiohttp.test_utils import TestServer

from ingest.exchanges.ccxt_rest import CcxtExchange
from tests.ingest.okx import NOW, ccxt_at

KEPT = 720
_PAIR = {
    "altname": "XBTUSD", "wsname": "XBT/USD", "base": "XXBT", "quote": "ZUSD", "pair_decimals": 1,
    "lot_decimals": 8, "lot_multiplier": 1, "leverage_buy": [2, 3], "leverage_sell": [2, 3],
    "fees": [[0, 0.4]], "fees_maker": [[0, 0.25]], "ordermin": "0.00005", "costmin": "0.5",
    "tick_size": "0.1", "status": "online",
}  # fmt: skip


def _candles(request: web.Request) -> dict[str, Any]:
    assert set(request.query) <= {"pair", "interval", "since"}, "it answers with EGeneral:Invalid arguments"
    step, since = int(request.query["interval"]) * 60, int(request.query.get("since", 0))
    newest = NOW // 1000 // step * step
    opens = [at for at in range(newest - (KEPT - 1) * step, newest + 1, step) if at > since]
    price = "37012.1"
    rows = [[at, price, price, price, price, price, "2.5", 7] for at in opens]
    return {"XXBTZUSD": rows, "last": newest - step}


async def _answer(request: web.Request) -> web.Response:
    results = {
        "AssetPairs": lambda: {"XXBTZUSD": _PAIR},
        "SystemStatus": lambda: {"status": "online"},
        "Time": lambda: {"unixtime": NOW // 1000, "rfc1123": "Tue, 14 Nov 23 22:20:00 +0000"},
        "OHLC": lambda: _candles(request),
    }
    result = results[request.match_info["what"]]()
    return web.Response(text=json.dumps({"error": [], "result": result}), content_type="application/json")


@asynccontextmanager
async def scripted_kraken() -> AsyncIterator[CcxtExchange]:
    """The server, and the adapter at it."""
    app = web.Application()
    app.router.add_get("/0/public/{what}", _answer)
    server = TestServer(app)
    await server.start_server()
    exchange = ccxt_at("kraken", f"http://127.0.0.1:{server.port}")
    yield exchange
    await exchange.close()
    await server.close()
