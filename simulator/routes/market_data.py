"""The exchange's public REST interface, `/api/v3`."""

from __future__ import annotations

from typing import Final

from aiohttp import web

from simulator.amended import asked_span
from simulator.asked import Asked
from simulator.bars import CLOSE, HIGH, LOW, OPEN
from simulator.exchange import EXCHANGE
from simulator.parameters import Parameters, in_microseconds, shown_time
from simulator.ports import Listing
from simulator.refusal import combination, json_answer, json_text
from simulator.routes.symbol_info import symbol_info
from simulator.weight import LIMIT, RAW_LIMIT
from simulator.wire import kline_rows

routes = web.RouteTableDef()
_ABOUT_MARKETS = frozenset({"symbol", "symbols", "symbolStatus", "permissions", "showPermissionSets"})
_KLINES: Final = frozenset({"symbol", "interval", "startTime", "endTime", "limit", "timeZone"})
_COARSER: Final = 10  # ticks to which "klines modified for presentation" are rounded
_RATE_LIMITS: Final = [
    {"rateLimitType": "REQUEST_WEIGHT", "interval": "MINUTE", "intervalNum": 1, "limit": LIMIT},
    {"rateLimitType": "ORDERS", "interval": "SECOND", "intervalNum": 10, "limit": 100},
    {"rateLimitType": "ORDERS", "interval": "DAY", "intervalNum": 1, "limit": 200_000},
    {"rateLimitType": "RAW_REQUESTS", "interval": "MINUTE", "intervalNum": 5, "limit": RAW_LIMIT},
]


@routes.get("/api/v3/ping")
async def ping(request: web.Request) -> web.Response:
    """`{}`."""
    return json_answer({})


@routes.get("/api/v3/time")
async def server_time(request: web.Request) -> web.Response:
    """`{"serverTime": 1499827319559}`: the market clock."""
    return json_answer({"serverTime": shown_time(request, request.app[EXCHANGE].clock.now())})


@routes.get("/api/v3/exchangeInfo")
async def exchange_info(request: web.Request) -> web.Response:
    """Symbols and limits; `derivedColumns` names the kline columns that a recording lacks."""
    exchange = request.app[EXCHANGE]
    parameters = Parameters(request, _ABOUT_MARKETS)
    asked = parameters.symbols(exchange.listings())
    if asked is not None and "symbolStatus" in request.query:
        raise combination()
    listings: list[Listing] = list(exchange.listings().values()) if asked is None else asked
    status = parameters.status(None)
    return json_answer(
        {
            "timezone": "UTC",
            "serverTime": shown_time(request, exchange.clock.now()),
            "rateLimits": _RATE_LIMITS,
            "exchangeFilters": [],
            "symbols": [symbol_info(each) for each in listings if status in (None, each.status)],
        }
    )


@routes.get("/api/v3/klines")
async def klines(request: web.Request) -> web.Response:
    """`[[1499040000000, "0.01634790", …, "0"], …]`; see `simulator.paging` for which rows."""
    exchange, asked = request.app[EXCHANGE], _asked(request)
    bars = asked.bars()
    rows = exchange.pages.rows(asked, kline_rows(asked.shown(bars)))
    exchange.market.answered(asked.listing.symbol, *asked_span(asked.wanted, bars), asked.now)
    return json_text(f"[{rows}]".encode())


@routes.get("/api/v3/uiKlines")
async def ui_klines(request: web.Request) -> web.Response:
    """Klines modified for presentation: prices rounded to ten ticks, so that storing them shows."""
    asked = _asked(request)
    bars = asked.shown(asked.bars()).copy()
    step = asked.listing.tick * _COARSER
    for column in (OPEN, HIGH, LOW, CLOSE):
        bars[:, column] = bars[:, column] // step * step
    return json_text(f"[{kline_rows(bars)}]".encode())


def _asked(request: web.Request) -> Asked:
    exchange = request.app[EXCHANGE]
    now = exchange.clock.now()
    parameters = Parameters(request, _KLINES)
    listing = parameters.symbol(exchange.market.listings(now))
    interval, wanted = parameters.interval(listing), parameters.window()
    micro = in_microseconds(request)
    return Asked(exchange.market, listing, interval, wanted, now, parameters.offset(), micro)
