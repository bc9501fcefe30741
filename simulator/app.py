"""The server: routes, and the rules that hold for every answer of the exchange."""

from __future__ import annotations

import asyncio
from typing import Final

from aiohttp import web
from aiohttp.typedefs import Handler

from market.errors import MarketError
from simulator import sockets
from simulator.amended import AmendedMarket
from simulator.archive import tree
from simulator.clock import MarketClock
from simulator.exchange import EXCHANGE, Exchange
from simulator.faults.answers import refused, spoilt
from simulator.ports import Market
from simulator.refusal import Refusal, json_answer
from simulator.routes import (
    control,
    depth,
    faults,
    ledger,
    market_data,
    scenarios,
    stream_control,
    tickers,
    trades,
)
from simulator.trades import Tape
from simulator.weight import cost

_USED: Final = "used weight"


def make_app(market: Market, clock: MarketClock) -> web.Application:
    """An application that serves `market` as it stands at `clock`."""
    app = web.Application(middlewares=[_exchange_rules])
    app[EXCHANGE] = Exchange(AmendedMarket(market), clock, Tape(market))
    app[tree.ARCHIVE] = tree.Archive()
    exchange_side = (market_data, tickers, depth, trades, sockets, tree)
    for module in (*exchange_side, control, faults, ledger, scenarios, stream_control):
        app.add_routes(module.routes)
    app.on_response_prepare.append(_show_weight)
    app.on_shutdown.append(_close_sockets)
    return app


async def _show_weight(request: web.Request, answer: web.StreamResponse) -> None:
    """On every answer of the exchange, broken ones included."""
    if _USED in request:
        answer.headers["X-MBX-USED-WEIGHT"] = answer.headers["X-MBX-USED-WEIGHT-1M"] = str(request[_USED])


@web.middleware
async def _exchange_rules(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Weight is counted and shown on every answer under `/api/`; faults come after it."""
    exchange = request.app[EXCHANGE]
    if not request.path.startswith("/api/"):
        return await _answer(request, handler)
    verdict = exchange.weights.charge(request.remote or "", cost(request.path, request.query))
    request[_USED] = verdict.used
    if verdict.status == 200:
        answer = await _answer(request, handler)
        fault = exchange.faults.next_for(exchange.clock.now(), lambda each: each.fits(request))
        answer = answer if fault is None else await spoilt(fault, request, answer)
    else:
        answer = refused(verdict.status, verdict.retry_after)
    exchange.requests[request.path] += 1
    exchange.statuses[answer.status] += 1
    return answer


async def _answer(request: web.Request, handler: Handler) -> web.StreamResponse:
    try:
        return await handler(request)
    except Refusal as refusal:
        return json_answer({"code": refusal.code, "msg": refusal.message}, 400)
    except web.HTTPNotFound:
        if "text/html" in request.headers.get("Accept", ""):
            return refused(404, 0)
        return json_answer({"code": 0, "msg": f"{request.path} not found"}, 404)
    except MarketError as error:
        return json_answer({"code": -1000, "msg": str(error)}, 400)


async def _close_sockets(app: web.Application) -> None:
    await asyncio.gather(*(each.close() for each in list(app[EXCHANGE].connections)))
