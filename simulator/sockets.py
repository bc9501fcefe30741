"""WebSocket connections: raw and combined streams, subscriptions, and the pump that sends frames."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterable
from typing import Final

import orjson
from aiohttp import WSCloseCode, WSMsgType, web

from simulator.exchange import EXCHANGE, Exchange
from simulator.streams import Frame, frames, parse

log = logging.getLogger(__name__)
routes = web.RouteTableDef()
_PING_S: Final = 20
_POLL_S: Final = 0.025


@routes.get("/ws")
@routes.get("/ws/{streams:.+}")
async def raw(request: web.Request) -> web.WebSocketResponse:
    """Payloads as they are; the path may name streams, more come by SUBSCRIBE."""
    return await _serve(request, request.match_info.get("streams", ""), combined=False)


@routes.get("/stream")
async def combined(request: web.Request) -> web.WebSocketResponse:
    """`?streams=a/b`: each payload as `{"stream": "a", "data": {…}}`."""
    return await _serve(request, request.query.get("streams", ""), combined=True)


async def _serve(request: web.Request, names: str, combined: bool) -> web.WebSocketResponse:
    exchange = request.app[EXCHANGE]
    socket = web.WebSocketResponse(heartbeat=_PING_S, autoping=True)
    await socket.prepare(request)
    connection = Connection(request, socket, exchange, combined)
    connection.subscribe(name for name in names.split("/") if name)
    exchange.connections.add(connection)
    exchange.accepted += 1
    pump = asyncio.create_task(connection.pump())
    try:
        await connection.listen()
    finally:
        # First of all: the server may cancel this handler while it waits for its pump.
        exchange.connections.discard(connection)
        pump.cancel()
        await asyncio.gather(pump, return_exceptions=True)
    return socket


class Connection:
    """One client."""

    def __init__(
        self, request: web.Request, socket: web.WebSocketResponse, exchange: Exchange, combined: bool
    ) -> None:
        self._request = request
        self._socket = socket
        self._exchange = exchange
        self._combined = combined
        self._names: dict[str, None] = {}

    def subscribe(self, names: Iterable[str]) -> None:
        """Streams are kept in the order they were asked for; unknown ones stay silent."""
        self._names.update(dict.fromkeys(names))

    def cut(self) -> None:
        """End the TCP connection without a closing handshake."""
        if self._request.transport is not None:
            self._request.transport.abort()

    async def close(self) -> None:
        """Say goodbye, as a server that goes away does."""
        await self._socket.close(code=WSCloseCode.GOING_AWAY)

    async def listen(self) -> None:
        """Answer the client's messages until it leaves."""
        async for message in self._socket:
            if message.type is WSMsgType.TEXT:
                await self._socket.send_str(orjson.dumps(self._reply(message.data)).decode())

    async def pump(self) -> None:
        """Send what has become due; a clock that was set back is followed without a frame."""
        since = self._exchange.clock.now()
        while not self._socket.closed:
            await asyncio.sleep(_POLL_S)
            until = self._exchange.clock.now()
            due = [] if until <= since else self._due(since, until)
            since = until
            for frame in due:
                await self._socket.send_str(self._text(frame))

    def _due(self, since: int, until: int) -> list[Frame]:
        streams = [stream for stream in map(parse, self._names) if stream]
        due = [frame for stream in streams for frame in frames(self._exchange.market, stream, since, until)]
        return sorted(due, key=lambda frame: frame.time)

    def _text(self, frame: Frame) -> str:
        data = {"stream": frame.stream, "data": frame.payload} if self._combined else frame.payload
        return orjson.dumps(data).decode()

    def _reply(self, text: str) -> dict[str, object]:
        """`{"method": "SUBSCRIBE", "params": ["btcusdt@trade"], "id": 1}` to `{"result": null, "id": 1}`."""
        try:
            asked = orjson.loads(text)
        except orjson.JSONDecodeError as error:
            return {"code": 3, "msg": f"Invalid JSON: {error}"}
        if not isinstance(asked, dict) or not isinstance(asked.get("method"), str):
            return {"code": 2, "msg": "Invalid request: request must be an object with a method"}
        names = asked.get("params", [])
        if not isinstance(names, list):
            return {"code": 2, "msg": "Invalid request: params must be a list"}
        return self._perform(asked["method"], names, asked.get("id"))

    def _perform(self, method: str, names: list[object], number: object) -> dict[str, object]:
        result: object = None
        if method == "SUBSCRIBE":
            self.subscribe(map(str, names))
        elif method == "UNSUBSCRIBE":
            for name in names:
                self._names.pop(str(name), None)
        elif method == "LIST_SUBSCRIPTIONS":
            result = list(self._names)
        elif method == "GET_PROPERTY" and names == ["combined"]:
            result = self._combined
        elif method == "SET_PROPERTY" and names[:1] == ["combined"] and isinstance(names[-1], bool):
            self._combined = names[-1]
        else:
            return {"code": 2, "msg": f"Invalid request: unknown method or parameters of {method}"}
        return {"result": result, "id": number}
