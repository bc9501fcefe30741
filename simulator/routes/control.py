"""What tests and operators ask of the simulator itself: `/sim`. It is no part of the exchange's protocol."""

from __future__ import annotations

from datetime import UTC, datetime

from aiohttp import web
from pydantic import AwareDatetime, BaseModel, ConfigDict

from market.errors import InvalidInput
from simulator.exchange import EXCHANGE, Exchange
from simulator.refusal import json_answer
from simulator.routes.body import read_body

routes = web.RouteTableDef()


class ClockChange(BaseModel):
    """Any of: jump to `set` (ms UTC or ISO time), step by `advance_ms`, run at `speed` (0 stops)."""

    model_config = ConfigDict(extra="forbid")
    set: int | AwareDatetime | None = None
    advance_ms: int | None = None
    speed: float | None = None


class Revise(BaseModel):
    """Which symbol's revised recording to serve from now on; every symbol's if left out."""

    model_config = ConfigDict(extra="forbid")
    symbol: str | None = None


@routes.get("/sim/clock")
async def clock(request: web.Request) -> web.Response:
    """`{"now": 1700000000000, "iso": "2023-11-14T22:13:20+00:00", "speed": 1.0}`."""
    return _clock(request.app[EXCHANGE])


@routes.post("/sim/clock")
async def change_clock(request: web.Request) -> web.Response:
    """Apply a `ClockChange`; answers like GET."""
    exchange, change = request.app[EXCHANGE], await read_body(request, ClockChange)
    if change.set is not None:
        moment = change.set
        exchange.clock.set(moment if isinstance(moment, int) else int(moment.timestamp() * 1000))
    if change.speed is not None:
        exchange.clock.run_at(change.speed)
    if change.advance_ms is not None:
        exchange.clock.advance(change.advance_ms)
    return _clock(exchange)


@routes.get("/sim/counters")
async def counters(request: web.Request) -> web.Response:
    """Requests by path, answers by status, the largest weight of any minute, sockets now and ever.

    `socket_events` counts frames, pings and what ended connections; `stream_faults` what was done, by kind.
    """
    exchange = request.app[EXCHANGE]
    return json_answer(
        {
            "requests": dict(exchange.requests),
            "statuses": {str(status): count for status, count in exchange.statuses.items()},
            "largest_weight": exchange.weights.largest,
            "weight_limit": exchange.weights.limit,
            "refused_429": exchange.statuses[429],
            "refused_418": exchange.statuses[418],
            "sockets": len(exchange.connections),
            "sockets_accepted": exchange.accepted,
            "socket_events": dict(exchange.socket_events),
            "faults": dict(exchange.faults.used + exchange.pages.used),
            "stream_faults": dict(exchange.stream_faults.used),
        }
    )


@routes.post("/sim/revise")
async def revise(request: web.Request) -> web.Response:
    """Serve the revised recording; `{"revised": ["BTCUSDT"]}`."""
    exchange, wanted = request.app[EXCHANGE], await read_body(request, Revise)
    names = [wanted.symbol] if wanted.symbol else list(exchange.listings())
    revised = [name for name in names if exchange.market.revise(name, exchange.clock.now())]
    exchange.tape.forget()
    if not revised:
        raise InvalidInput("no revised_file for that symbol: name one in the folder's manifest.json")
    return json_answer({"revised": revised})


def _clock(exchange: Exchange) -> web.Response:
    now = exchange.clock.now()
    iso = datetime.fromtimestamp(now / 1000, UTC).isoformat()
    return json_answer({"now": now, "iso": iso, "speed": exchange.clock.speed})
