"""An answer sent piece by piece, for as long as the client is there and takes it."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any, Final

from starlette.types import Receive, Send

# A client that takes nothing for so long is not there any more.
SEND_WITHIN_S: Final = 30.0


async def send_piece(send: Send, piece: bytes) -> None:
    """Send a part of a body; `TimeoutError` when the client does not take it."""
    async with asyncio.timeout(SEND_WITHIN_S):
        await send({"type": "http.response.body", "body": piece, "more_body": True})


async def until_hung_up(sending: Coroutine[Any, Any, None], receive: Receive) -> None:
    """Send to the end, or until the client is gone."""
    sent, gone = asyncio.ensure_future(sending), asyncio.ensure_future(_hung_up(receive))
    try:
        await asyncio.wait((sent, gone), return_when=asyncio.FIRST_COMPLETED)
        if sent.done():
            sent.result()
    finally:
        for each in (sent, gone):
            each.cancel()
        await asyncio.gather(sent, gone, return_exceptions=True)


async def _hung_up(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
