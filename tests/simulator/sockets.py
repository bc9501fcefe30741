"""A real WebSocket client for the tests of this folder."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from websockets.asyncio.client import ClientConnection, connect

from tests.simulator_fixture import Simulator

PATIENCE_S = 60
SUBSCRIBED = '{"method": "LIST_SUBSCRIPTIONS", "id": 0}'


def opened(server: Simulator, path: str) -> connect:
    """A client that sends no pings of its own, and reads on while nobody asks for messages."""
    return connect(
        server.ws_url + path, ping_interval=None, proxy=None, open_timeout=PATIENCE_S, max_queue=None
    )


@asynccontextmanager
async def connected(server: Simulator, path: str) -> AsyncIterator[ClientConnection]:
    """A connection to which frames are already being sent: it has answered a message."""
    async with opened(server, path) as client:
        await client.send(SUBSCRIBED)
        assert (await receive(client))["id"] == 0
        yield client


async def receive(client: ClientConnection) -> Any:
    """The next message."""
    return json.loads(await asyncio.wait_for(client.recv(), PATIENCE_S))


async def take(client: ClientConnection, count: int) -> list[Any]:
    """The next messages."""
    return [await receive(client) for _ in range(count)]


async def closing(client: ClientConnection) -> tuple[int | None, str | None]:
    """Code and reason with which the server ends the connection."""
    await asyncio.wait_for(client.wait_closed(), PATIENCE_S)
    return client.close_code, client.close_reason
