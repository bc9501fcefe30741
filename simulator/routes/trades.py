"""Trades of now and before: `/api/v3/trades`, `aggTrades` and `avgPrice`."""

from __future__ import annotations

from typing import Final

from aiohttp import web

from market.interval import MINUTE, SECOND
from simulator.bars import CLOSE_TIME, QUOTE_VOLUME, SCALE, VOLUME
from simulator.exchange import EXCHANGE, Exchange
from simulator.paging import DEFAULT_LIMIT, END_OF_TIME, LARGEST_LIMIT, Window
from simulator.parameters import Parameters, shown_time
from simulator.ports import Listing
from simulator.quotes import quote
from simulator.refusal import combination, json_answer
from simulator.trades import Trade
from simulator.wire import decimal

routes = web.RouteTableDef()
_AVERAGE_MINUTES: Final = 5


@routes.get("/api/v3/trades")
async def newest(request: web.Request) -> web.Response:
    """`[{"id", "price", "qty", "quoteQty", "time", "isBuyerMaker", "isBestMatch"}]`, oldest first."""
    exchange = request.app[EXCHANGE]
    now = exchange.clock.now()
    parameters = Parameters(request, frozenset({"symbol", "limit"}))
    listing = parameters.symbol(exchange.market.listings(now))
    found = exchange.tape.newest(listing, _limit(parameters), now)
    return json_answer([_trade(request, each) for each in found])


@routes.get("/api/v3/aggTrades")
async def aggregates(request: web.Request) -> web.Response:
    """`[{"a": id, "p": price, "q": quantity, "f": first id, "l": last id, "T": time, "m", "M"}]`.

    From `fromId` on; or between `startTime` and `endTime` (inclusive), the oldest; or the newest. Ids are
    consecutive.
    """
    exchange = request.app[EXCHANGE]
    now = exchange.clock.now()
    known = frozenset({"symbol", "fromId", "startTime", "endTime", "limit"})
    parameters = Parameters(request, known)
    listing = parameters.symbol(exchange.market.listings(now))
    return json_answer([_aggregate(request, each) for each in _found(exchange, parameters, listing, now)])


@routes.get("/api/v3/avgPrice")
async def average(request: web.Request) -> web.Response:
    """`{"mins": 5, "price": "9.35751834", "closeTime": time of the last trade}`."""
    exchange = request.app[EXCHANGE]
    now = exchange.clock.now()
    listing = Parameters(request, frozenset({"symbol"})).symbol(exchange.market.listings(now))
    window = Window(now - _AVERAGE_MINUTES * MINUTE, now, _AVERAGE_MINUTES + 1, newest=True)
    bars = exchange.market.bars(listing.symbol, listing.unit, window, now)
    volume, book = int(bars[:, VOLUME].sum()), quote(exchange.market, listing, now)
    last = book.last if book else 0
    price = int(bars[:, QUOTE_VOLUME].sum()) * SCALE // volume if volume else last
    closed = min(int(bars[-1, CLOSE_TIME]), now // SECOND * SECOND - 1) if len(bars) else now
    return json_answer(
        {"mins": _AVERAGE_MINUTES, "price": decimal(price), "closeTime": shown_time(request, closed)}
    )


def _found(exchange: Exchange, parameters: Parameters, listing: Listing, now: int) -> list[Trade]:
    first, limit = parameters.number("fromId"), _limit(parameters)
    start, end = parameters.time("startTime", up=True), parameters.time("endTime")
    tape = exchange.tape
    if first is not None:
        if start is not None or end is not None:
            raise combination()
        lag = tape.newest(listing, 1, now)
        return tape.from_id(listing, first + lag[0].id - lag[0].aggregate, limit, now) if lag else []
    if start is None:
        return tape.newest(listing, limit, now if end is None else min(now, end + 1))
    return tape.between(listing, start, min(END_OF_TIME if end is None else end, now), limit, now)


def _limit(parameters: Parameters) -> int:
    limit = parameters.number("limit")
    return DEFAULT_LIMIT if limit is None else min(max(limit, 1), LARGEST_LIMIT)


def _trade(request: web.Request, trade: Trade) -> dict[str, object]:
    return {
        "id": trade.id,
        "price": decimal(trade.price),
        "qty": decimal(trade.quantity),
        "quoteQty": decimal(trade.price * trade.quantity // SCALE),
        "time": shown_time(request, trade.time),
        "isBuyerMaker": trade.maker,
        "isBestMatch": True,
    }


def _aggregate(request: web.Request, trade: Trade) -> dict[str, object]:
    return {
        "a": trade.aggregate,
        "p": decimal(trade.price),
        "q": decimal(trade.quantity),
        "f": trade.id,
        "l": trade.id,
        "T": shown_time(request, trade.time),
        "m": trade.maker,
        "M": True,
    }
