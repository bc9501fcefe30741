"""One WebSocket client: what it says, what is sent to it, and how it ends."""

from __future__ import annotations

import asyncio
from typing import Final

import orjson
from aiohttp import WSCloseCode, WSMessage, WSMsgType, web

from simulator.exchange import Exchange
from simulator.keepalive import Keepalive
from simulator.payloads import in_microseconds
from simulator.stream_faults import StreamFault, StreamFaultKind
from simulator.stream_faults.delivery import Delivery
from simulator.stream_faults.plan import ArmedFault
from simulator.stream_faults.spoiling import spoilt
from simulator.streams import Frame, frames, parse
from simulator.subscriptions import Subscriptions
from simulator.tcp import POLL_S, cut, hold, reset

K = StreamFaultKind
_GOODBYE_S: Final = 1
_ENDS: Final = frozenset({WSMsgType.CLOSE, WSMsgType.CLOSING, WSMsgType.CLOSED, WSMsgType.ERROR})


class Connection:
    """`listen` and `pump` run side by side until one of them ends."""

    def __init__(self, request: web.Request, socket: web.WebSocketResponse, exchange: Exchange) -> None:
        self._request = request
        self._socket = socket
        self._exchange = exchange
        self._alive = Keepalive(exchange.rules, asyncio.get_running_loop().time)
        self._delivery = Delivery(exchange.stream_faults)
        self._suffered: set[ArmedFault] = set()
        self._silent: list[StreamFault] = []
        self._frozen = False
        self._microseconds = request.query.get("timeUnit", "").upper() == "MICROSECOND"
        self._since = exchange.clock.now()
        self._ends_at: int | None = None
        self.subscriptions = Subscriptions(exchange.rules, combined=False)

    def cut(self) -> None:
        """End the TCP connection without a closing handshake."""
        cut(self._request)

    async def close(self) -> None:
        """Say goodbye, as a server that goes away does."""
        if self._frozen:
            self.cut()
        await self._socket.close(code=WSCloseCode.GOING_AWAY)

    async def listen(self) -> None:
        """Answer the client's messages until it leaves."""
        while True:
            message = await self._socket.receive()
            if self._frozen:
                await hold(self._request)
                return
            if message.type in _ENDS:
                await self._socket.close()
                return
            if self._alive.too_fast():
                await self._refuse("too_many_messages", b"Too many requests")
            else:
                await self._hear(message)

    async def _hear(self, message: WSMessage) -> None:
        if message.type is WSMsgType.PING:
            await self._socket.pong(message.data)
        elif message.type is WSMsgType.PONG:
            self._alive.pong(bytes(message.data))
        elif message.type is WSMsgType.TEXT:
            reply = self.subscriptions.reply(message.data)
            await self._socket.send_str(orjson.dumps(reply).decode())

    async def pump(self) -> None:
        """Send what has become due; a clock that was set back is followed without a frame."""
        since = self._exchange.clock.now()
        while not self._socket.closed:
            await asyncio.sleep(POLL_S)
            until = self._exchange.clock.now()
            fresh = [] if until <= since else self._due(since, until)
            since = until
            if self._over(until):
                self._exchange.socket_events["expired"] += 1
                await self.close()
            elif not self._frozen:
                await self._suffer(until)
                await self._deliver(fresh, until)

    async def attend(self) -> None:
        """Ping, and drop a client that does not answer, even one that does not read what is sent to it."""
        while not self._socket.closed:
            await asyncio.sleep(POLL_S)
            if self._frozen:
                continue
            if self._alive.unanswered():
                await self._refuse("unanswered_pings", b"Pong timeout")
            elif payload := self._alive.ping():
                self._exchange.socket_events["pings"] += 1
                await self._socket.ping(payload)

    def _due(self, since: int, until: int) -> list[Frame]:
        streams = [stream for stream in map(parse, self.subscriptions.names()) if stream]
        exchange = self._exchange
        due = [
            frame
            for stream in streams
            for frame in frames(exchange.market, exchange.tape, stream, since, until)
        ]
        return sorted(due, key=lambda frame: frame.time)

    async def _deliver(self, fresh: list[Frame], until: int) -> None:
        heard = [frame for frame in fresh if not any(each.covers([frame.stream]) for each in self._silent)]
        for parcel in self._delivery.parcels(heard, until):
            if self._frozen or self._socket.closed:
                return
            text = self._text(parcel.frame.stream, parcel.frame.payload)
            await self._socket.send_frame(spoilt(text, parcel.fault), WSMsgType.TEXT)
            self._exchange.socket_events["frames"] += 1
            await self._suffer(until)

    def _text(self, stream: str, payload: dict[str, object]) -> bytes:
        shown = in_microseconds(payload) if self._microseconds else payload
        return orjson.dumps({"stream": stream, "data": shown} if self.subscriptions.combined else shown)

    def _over(self, now: int) -> bool:
        announced = self._ends_at is not None and now >= self._ends_at
        return announced or now - self._since >= self._exchange.rules.valid_for_ms

    async def _refuse(self, event: str, reason: bytes) -> None:
        self._exchange.socket_events[event] += 1
        try:
            async with asyncio.timeout(_GOODBYE_S):
                await self._socket.close(code=WSCloseCode.POLICY_VIOLATION, message=reason)
        except TimeoutError:
            self.cut()

    async def _suffer(self, now: int) -> None:
        names = self.subscriptions.names()
        fault = self._exchange.stream_faults.for_connection(names, self._suffered, now)
        if fault is None:
            return
        if fault.kind is K.HALF_OPEN:
            self._frozen = True
        elif fault.kind is K.SILENT:
            self._silent.append(fault)
        elif fault.kind is K.SHUTDOWN:
            event: dict[str, object] = {"e": "serverShutdown", "E": now}
            await self._socket.send_frame(self._text("!serverShutdown", event), WSMsgType.TEXT)
            self._ends_at = now + fault.delay_ms
        elif fault.kind is K.CLOSE and fault.code != 1006:
            await self._socket.close(code=fault.code)
        elif fault.kind is K.CLOSE:
            self.cut()
        else:
            reset(self._request)
