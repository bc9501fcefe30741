"""Prices of now, and the stream of what comes."""

from __future__ import annotations

from typing import Annotated, Literal, cast

from fastapi import APIRouter, Depends, Header, Query, Request, Response

from api_historic.deps import CatalogueNeeded, ExchangeName, StoresNeeded
from api_historic.feeds import SIMULATED
from api_historic.prices import market_prices
from api_historic.schemas import PriceList
from api_historic.telling import EVENTS, Wanted
from market.errors import InvalidInput
from market.interval import Interval
from web.event_stream import CONTENT, EventStream
from web.simulated import header
from web.symbols import symbols_of

router = APIRouter(tags=["now"])

Symbols = Annotated[
    str | None,
    Query(max_length=4_000, description="names with commas; all when left out", examples=["BTCUSDT"]),
]


@router.get("/prices")
def prices(
    response: Response,
    held: StoresNeeded,
    known: CatalogueNeeded,
    symbols: Symbols = None,
    exchange: ExchangeName = None,
) -> PriceList:
    """The newest price of every market, of a tick or of a candle, and its change within 24 hours."""
    found = market_prices(held, known.markets(exchange, symbols_of(symbols)))
    listed = PriceList(simulated=any(each.exchange == SIMULATED for each in found), prices=found)
    response.headers.update(header(listed.simulated))
    return listed


def wanted_news(
    known: CatalogueNeeded,
    symbols: Symbols = None,
    interval: Annotated[
        str | None, Query(max_length=4, description="of candles; all when left out", examples=["1h"])
    ] = None,
    events: Annotated[
        str, Query(max_length=20, description="tick, kline, or both", examples=["tick,kline"])
    ] = "tick,kline",
    exchange: ExchangeName = None,
) -> Wanted:
    """What the request wants to hear of."""
    names = symbols_of(symbols)
    known.markets(exchange, names)
    wanted = set(events.split(","))
    if not wanted <= EVENTS.keys():
        raise InvalidInput(f"events: write {' or '.join(EVENTS)}, or both with a comma")
    streams = {EVENTS[cast(Literal["tick", "kline"], each)] for each in wanted}
    return Wanted(
        frozenset(streams), exchange, frozenset(names or ()), Interval(interval) if interval else None
    )


@router.get("/stream", response_class=Response, response_model=None, responses={200: {"content": CONTENT}})
async def stream(
    request: Request,
    wanted: Annotated[Wanted, Depends(wanted_news)],
    last_event_id: Annotated[
        str | None,
        Header(
            max_length=60,
            description="`id` of the last event before the interruption",
            examples=["0b5c2d1e-4711"],
        ),
    ] = None,
) -> EventStream:
    """Server-sent events: `tick` and `kline`, each one JSON object like a row with what it belongs to.

    `id` names a change; after an interruption browsers send it back as `Last-Event-ID` and hear what they
    missed. `range` tells of many rows at once, or of rows that are gone: read them over REST. `reset` says
    that more was missed than can be told, or that a backup was put back. Every 15 s without news there is a
    comment.
    """
    return EventStream(request.app.state.broadcast, wanted, last_event_id)
