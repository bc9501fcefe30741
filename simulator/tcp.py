"""Ends of a TCP connection that no protocol foresees."""

from __future__ import annotations

import asyncio
import socket
import struct
from typing import Final

from aiohttp import web

POLL_S: Final = 0.025
_AT_ONCE: Final = struct.pack("ii", 1, 0)  # SO_LINGER: closing sends RST


def cut(request: web.Request) -> None:
    """FIN, whatever was still to be said."""
    if request.transport is not None:
        request.transport.abort()


def reset(request: web.Request) -> None:
    """RST."""
    if request.transport is not None:
        wire = request.transport.get_extra_info("socket")
        wire.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _AT_ONCE)
        request.transport.abort()


async def hold(request: web.Request) -> None:
    """Do nothing until the client has had enough."""
    while request.transport is not None and not request.transport.is_closing():
        await asyncio.sleep(POLL_S)
