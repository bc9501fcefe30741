"""What tests compare a database with: `/sim/ledger`, `/sim/ledger/changes`, `/sim/holes`."""

from __future__ import annotations

from aiohttp import web

from simulator.changes import changes
from simulator.exchange import EXCHANGE
from simulator.ledger import Span, holes
from simulator.paging import END_OF_TIME, Window
from simulator.parameters import Parameters
from simulator.refusal import JSON_TYPE, json_answer
from simulator.wire import kline_rows

routes = web.RouteTableDef()


@routes.get("/sim/ledger")
async def ledger(request: web.Request) -> web.StreamResponse:
    """Every final kline of `symbol` and `interval` up to now (`startTime`, `endTime` narrow it), in rows."""
    span = _span(request)
    answer = web.StreamResponse(headers={"Content-Type": JSON_TYPE})
    await answer.prepare(request)
    await answer.write(b"[")
    separator = ""
    for bars in span.final():
        await answer.write(f"{separator}{kline_rows(bars)}".encode())
        separator = ","
    await answer.write(b"]")
    return answer


@routes.get("/sim/ledger/changes")
async def changed(request: web.Request) -> web.Response:
    """`[{"open_time", "since", "kind", "before": row, "after": row or null}]`: final bars that changed."""
    return json_answer(changes(_span(request)))


@routes.get("/sim/holes")
async def missing(request: web.Request) -> web.Response:
    """`[{"start", "end", "bars", "reason", "cause"}]`, from the first bar on unless `startTime` is given."""
    return json_answer(holes(_span(request, from_first=True)))


def _span(request: web.Request, from_first: bool = False) -> Span:
    exchange = request.app[EXCHANGE]
    now = exchange.clock.now()
    parameters = Parameters(request, frozenset({"symbol", "interval", "startTime", "endTime"}))
    listing = parameters.symbol(exchange.market.listings(now))
    interval = parameters.interval(listing)
    first = parameters.number("startTime")
    if first is None and from_first:
        oldest = exchange.market.bars(listing.symbol, interval, Window(0, END_OF_TIME, 1, False), now)
        first = int(oldest[0, 0]) if len(oldest) else now
    end = min(parameters.number("endTime") or END_OF_TIME, END_OF_TIME)
    return Span(exchange.market, listing, interval, first or 0, end, now)
