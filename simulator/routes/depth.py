"""The order book, `/api/v3/depth`: made up around the best prices, the same for everyone in a second."""

from __future__ import annotations

from typing import Final

from aiohttp import web

from simulator.exchange import EXCHANGE
from simulator.markets.randomness import fraction
from simulator.parameters import Parameters
from simulator.ports import Listing
from simulator.quotes import Quote, quote
from simulator.refusal import json_answer
from simulator.wire import decimal

routes = web.RouteTableDef()
_DEFAULT, _LARGEST = 100, 5_000
_DEEPEST: Final = 6.0  # quantity of a level in quantities of the best one, at most
Level = list[str]


@routes.get("/api/v3/depth")
async def depth(request: web.Request) -> web.Response:
    """`{"lastUpdateId": n, "bids": [["4.00000000", "431.00000000"], …], "asks": […]}`, best first."""
    exchange = request.app[EXCHANGE]
    now = exchange.clock.now()
    parameters = Parameters(request, frozenset({"symbol", "limit", "symbolStatus"}))
    listing = parameters.symbol(exchange.market.listings(now))
    parameters.status([listing])
    asked = parameters.number("limit")
    count = _DEFAULT if not asked else min(asked, _LARGEST)
    book = quote(exchange.market, listing, now)
    if book is None:
        return json_answer({"lastUpdateId": 0, "bids": [], "asks": []})
    bids, asks = _side(listing, book, -1, count), _side(listing, book, 1, count)
    return json_answer({"lastUpdateId": book.update, "bids": bids, "asks": asks})


def _side(listing: Listing, book: Quote, way: int, count: int) -> list[Level]:
    """Levels a tick apart, away from the best price; none at a price of nothing."""
    best, quantity = (book.bid, book.bid_quantity) if way < 0 else (book.ask, book.ask_quantity)
    levels = [[decimal(best), decimal(quantity)]]
    for step in range(1, count):
        price = best + way * step * listing.tick
        if price <= 0:
            break
        share = fraction(listing.symbol, book.update, way, step) * _DEEPEST
        lots = max(int(quantity * share) // listing.lot, 1)
        levels.append([decimal(price), decimal(lots * listing.lot)])
    return levels
