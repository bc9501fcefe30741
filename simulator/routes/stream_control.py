"""Faults and rules of the WebSocket side: `/sim/stream-fault`, `/sim/connection-rules`."""

from __future__ import annotations

from aiohttp import web

from simulator.connection_rules import ConnectionRules
from simulator.exchange import EXCHANGE
from simulator.refusal import json_answer
from simulator.routes.body import read_body
from simulator.stream_faults import StreamFault

routes = web.RouteTableDef()


@routes.post("/sim/stream-fault")
async def arm(request: web.Request) -> web.Response:
    """Arm a `StreamFault`."""
    exchange, fault = request.app[EXCHANGE], await read_body(request, StreamFault)
    exchange.stream_faults.add(fault, exchange.clock.now())
    return json_answer({"armed": fault.model_dump()})


@routes.delete("/sim/stream-fault")
async def disarm(request: web.Request) -> web.Response:
    """Disarm every fault of the WebSocket side, and demand the exchange's own rules again."""
    exchange = request.app[EXCHANGE]
    exchange.stream_faults.clear()
    exchange.rules = ConnectionRules()
    return json_answer({})


@routes.post("/sim/connection-rules")
async def change_rules(request: web.Request) -> web.Response:
    """`ConnectionRules` for connections made from now on; what is left out is the exchange's own."""
    exchange = request.app[EXCHANGE]
    exchange.rules = await read_body(request, ConnectionRules)
    return json_answer(exchange.rules.model_dump())
