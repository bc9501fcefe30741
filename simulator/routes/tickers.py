"""Prices of now: `/api/v3/ticker/*`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from aiohttp import web

from simulator.exchange import EXCHANGE
from simulator.parameters import Parameters, shown_time
from simulator.ports import Listing, Market
from simulator.quotes import Day, Quote, last_day, quote
from simulator.refusal import json_answer
from simulator.wire import decimal

routes = web.RouteTableDef()
_KNOWN: Final = frozenset({"symbol", "symbols", "symbolStatus", "type"})
_TIMES: Final = frozenset({"openTime", "closeTime"})
Ticker = Callable[[Market, Listing, int], dict[str, Any] | None]


@routes.get("/api/v3/ticker/price")
async def price(request: web.Request) -> web.Response:
    """`{"symbol": "BTCUSDT", "price": "4.00000200"}`."""
    return _answer(request, _price)


@routes.get("/api/v3/ticker/bookTicker")
async def book_ticker(request: web.Request) -> web.Response:
    """`{"symbol", "bidPrice", "bidQty", "askPrice", "askQty"}`."""
    return _answer(request, _book)


@routes.get("/api/v3/ticker/24hr")
async def day_ticker(request: web.Request) -> web.Response:
    """The last 24 hours with the top of the book."""
    return _answer(request, _day)


def _answer(request: web.Request, ticker: Ticker) -> web.Response:
    """One object for `symbol`, a list otherwise; symbols that never traded are left out."""
    exchange = request.app[EXCHANGE]
    now = exchange.clock.now()
    listings = exchange.market.listings(now)
    parameters = Parameters(request, _KNOWN)
    asked = parameters.symbols(listings)
    status = parameters.status(asked)
    wanted = [each for each in listings.values() if status in (None, each.status)] if asked is None else asked
    found = [each for each in (ticker(exchange.market, listing, now) for listing in wanted) if each]
    for each in found:
        each.update({name: shown_time(request, each[name]) for name in _TIMES & each.keys()})
    return json_answer(found[0] if "symbol" in request.query and found else found)


def _price(market: Market, listing: Listing, now: int) -> dict[str, Any] | None:
    book = quote(market, listing, now)
    return {"symbol": listing.symbol, "price": decimal(book.last)} if book else None


def _book(market: Market, listing: Listing, now: int) -> dict[str, Any] | None:
    book = quote(market, listing, now)
    return {"symbol": listing.symbol, **_top(book)} if book else None


def _day(market: Market, listing: Listing, now: int) -> dict[str, Any] | None:
    book, day = quote(market, listing, now), last_day(market, listing, now)
    return {"symbol": listing.symbol, **_change(day), **_top(book)} if book and day else None


def _top(book: Quote) -> dict[str, object]:
    return {
        "bidPrice": decimal(book.bid),
        "bidQty": decimal(book.bid_quantity),
        "askPrice": decimal(book.ask),
        "askQty": decimal(book.ask_quantity),
    }


def _change(day: Day) -> dict[str, object]:
    average = day.quote_volume * 10**8 // day.volume if day.volume else 0
    return {
        "priceChange": decimal(day.last - day.open),
        "priceChangePercent": f"{(day.last / day.open - 1) * 100:.3f}",
        "weightedAvgPrice": decimal(average),
        "prevClosePrice": decimal(day.open),
        "lastPrice": decimal(day.last),
        "openPrice": decimal(day.open),
        "highPrice": decimal(day.high),
        "lowPrice": decimal(day.low),
        "volume": decimal(day.volume),
        "quoteVolume": decimal(day.quote_volume),
        "openTime": day.open_time,
        "closeTime": day.close_time,
        "count": day.trades,
    }
