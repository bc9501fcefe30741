"""Arming single faults: `/sim/fault`, `/sim/page-fault`, `/sim/history`."""

from __future__ import annotations

from aiohttp import web

from simulator.exchange import EXCHANGE
from simulator.faults.answers import Fault, FaultKind
from simulator.faults.history import HistoryFault
from simulator.faults.pages import PageFault
from simulator.refusal import json_answer
from simulator.routes.body import read_body

routes = web.RouteTableDef()


@routes.post("/sim/fault")
async def arm_fault(request: web.Request) -> web.Response:
    """Arm a `Fault`."""
    exchange, fault = request.app[EXCHANGE], await read_body(request, Fault)
    if fault.kind is FaultKind.DROP_STREAMS:
        for connection in list(exchange.connections):
            connection.cut()
    else:
        exchange.faults.add(fault)
    return json_answer({"armed": fault.model_dump()})


@routes.post("/sim/page-fault")
async def arm_page_fault(request: web.Request) -> web.Response:
    """Arm a `PageFault`."""
    fault = await read_body(request, PageFault)
    request.app[EXCHANGE].pages.add(fault)
    return json_answer({"armed": fault.model_dump()})


@routes.post("/sim/history")
async def change_history(request: web.Request) -> web.Response:
    """Ask for a `HistoryFault`; the answer shows its range in whole bars."""
    exchange, fault = request.app[EXCHANGE], await read_body(request, HistoryFault)
    change = exchange.market.amend(fault, exchange.clock.now())
    exchange.tape.forget()
    return json_answer({"armed": change.model_dump()})


@routes.delete("/sim/fault")
async def clear_faults(request: web.Request) -> web.Response:
    """Disarm every fault of answers and pages; late bars come, other changes of history stay."""
    request.app[EXCHANGE].disarm()
    return json_answer({})


@routes.delete("/sim/history")
async def restore_history(request: web.Request) -> web.Response:
    """Serve the first history again."""
    exchange = request.app[EXCHANGE]
    exchange.market.restore()
    exchange.tape.forget()
    return json_answer({})
