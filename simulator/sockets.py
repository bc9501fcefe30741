"""WebSocket endpoints: raw and combined streams, and what meets a client at the door."""

from __future__ import annotations

import asyncio
import logging

from aiohttp import WSCloseCode, web

from simulator.connection import Connection
from simulator.exchange import EXCHANGE, Exchange
from simulator.faults.answers import refused
from simulator.stream_faults import StreamFault, StreamFaultKind
from simulator.tcp import hold, reset

log = logging.getLogger(__name__)
routes = web.RouteTableDef()


@routes.get("/ws")
@routes.get("/ws/{streams:.+}")
async def raw(request: web.Request) -> web.StreamResponse:
    """Payloads as they are; the path may name streams, more come by SUBSCRIBE."""
    return await _serve(request, request.match_info.get("streams", ""), combined=False)


@routes.get("/stream")
async def combined(request: web.Request) -> web.StreamResponse:
    """`?streams=a/b`: each payload as `{"stream": "a", "data": {…}}`."""
    return await _serve(request, request.query.get("streams", ""), combined=True)


async def _serve(request: web.Request, names: str, combined: bool) -> web.StreamResponse:
    exchange = request.app[EXCHANGE]
    if fault := exchange.stream_faults.for_upgrade(exchange.clock.now()):
        return await _turned_away(request, fault)
    socket = web.WebSocketResponse(autoping=False, autoclose=False)
    await socket.prepare(request)
    connection = Connection(request, socket, exchange)
    connection.subscriptions.combined = combined
    if not connection.subscriptions.add(name for name in names.split("/") if name):
        await socket.close(code=WSCloseCode.POLICY_VIOLATION, message=b"Too many streams")
        return socket
    await _converse(connection, exchange)
    return socket


async def _converse(connection: Connection, exchange: Exchange) -> None:
    exchange.connections.add(connection)
    exchange.accepted += 1
    tasks = [asyncio.create_task(each) for each in (connection.pump(), connection.attend())]
    for task in tasks:
        task.add_done_callback(_report)
    try:
        await connection.listen()
    finally:
        exchange.connections.discard(connection)
        for task in tasks:
            task.cancel()


def _report(task: asyncio.Task[None]) -> None:
    """A client may leave while a frame is sent; anything else is a fault of the simulator."""
    if task.cancelled() or isinstance(task.exception(), ConnectionError | None):
        return
    log.error("a connection is no longer served", exc_info=task.exception())


async def _turned_away(request: web.Request, fault: StreamFault) -> web.StreamResponse:
    if fault.kind is StreamFaultKind.NO_UPGRADE:
        await hold(request)
    elif fault.kind is StreamFaultKind.REFUSED:
        reset(request)
    return refused(fault.status, fault.retry_after)
