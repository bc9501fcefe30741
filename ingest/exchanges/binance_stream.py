"""Live frames through python-binance's sockets: one fresh connection, read by us, then thrown away.

What we take from the library is the addresses. Its connecting and its read loop are replaced, because it
- goes wherever an answer to the handshake leads;
- stops for good after one message that is no JSON, and then withholds even those that it holds already;
- drops everything when its queue is full, and never reads history again after a reconnection;
- gives up after 21 s without a server, and can hang in `close()` while it reconnects;
- costs more per message (`wait_for`, `json.loads`, a queue) than receiving it does.
So bytes go from the socket to our reader as they came and are decoded once; whoever reads decides what an
error means, and asks for a fresh connection.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncGenerator
from typing import Any, Final

from websockets.asyncio.client import connect

from ingest.exchanges.binance_errors import FAILURES, translate
from ingest.exchanges.binance_frames import FrameReader
from ingest.exchanges.library import AsyncClient, BinanceSocketManager, ReconnectingWebsocket
from ingest.live import Frame

log = logging.getLogger(__name__)
_CLOSE_SECONDS: Final = 3.0
_ASKED: Final = "live stream"
# `max_queue`: messages that wait inside the connection before it stops reading from the network; a burst is
# taken in one go. A message above `max_size` ends the connection. Unpacking would cost more than it saves.
_CONNECTION: Final = {"max_queue": 1024, "max_size": 2**20, "compression": None}


async def frames(client: AsyncClient, address: str, reader: FrameReader) -> AsyncGenerator[Frame, None]:
    """Frames of the reader's streams; ends with `ExchangeUnavailable`."""
    socket = _manager(client, address).multiplex_socket(reader.names)
    try:
        await socket.connect()
        receive, read = socket.recv, reader.read
        while True:
            yield read(await receive())
    except FAILURES as error:
        raise translate(error, _ASKED) from error
    finally:
        await _close(socket)


class _Straight(connect):
    def process_redirect(self, exc: Exception) -> Exception:
        """The library would follow an answer that leads to another host."""
        return exc


class _RawSocket(ReconnectingWebsocket):  # type: ignore[misc]  # the library has no types
    async def connect(self) -> None:
        """A connection to this address and no other."""
        address = f"{self._url}{self._prefix}{self._path}"
        self._conn = _Straight(address, close_timeout=0.1, **self._ws_kwargs)
        self.ws = await self._conn

    async def recv(self) -> bytes:
        """The next message as it came."""
        message: bytes = await self.ws.recv(decode=False)
        return message


class _Sockets(BinanceSocketManager):  # type: ignore[misc]
    def _get_socket(self, path: str, *, prefix: str = "ws/", **_others: Any) -> _RawSocket:
        """A new object each time: the library hands out the old one, dead or not."""
        return _RawSocket(url=self.STREAM_URL, path=path, prefix=prefix, **_CONNECTION)


def _manager(client: AsyncClient, address: str) -> _Sockets:
    manager: _Sockets = type("_AddressedSockets", (_Sockets,), {"STREAM_URL": address})(client)
    return manager


async def _close(socket: _RawSocket) -> None:
    try:
        async with asyncio.timeout(_CLOSE_SECONDS):
            await socket.close()
    except FAILURES as error:
        log.info("live stream: the connection did not close cleanly: %s", error)
