"""Live frames through python-binance's socket, used for one connection and then thrown away.

The library's own reconnection gives up after 21 s, can hang in `close()` and never back-fills, so it is
switched off; the supervisor asks for a fresh connection instead.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncGenerator, Sequence
from typing import Any, Final

from ingest.exchanges.binance_errors import FAILURES, translate
from ingest.exchanges.binance_frames import read_frame
from ingest.exchanges.library import AsyncClient, BinanceSocketManager, ReconnectingWebsocket
from ingest.live import Frame
from market.interval import Series

log = logging.getLogger(__name__)
# The library drops everything it holds when its queue is full; ours empties it faster than it can fill.
_QUEUE_FRAMES: Final = 1_000_000
_CLOSE_SECONDS: Final = 3.0
_ASKED: Final = "live stream"


async def frames(
    client: AsyncClient, address: str, followed: Sequence[Series]
) -> AsyncGenerator[Frame, None]:
    """Frames of `kline`, `bookTicker` and `miniTicker`; ends with `ExchangeUnavailable`."""
    socket = _socket(client, address, followed)
    try:
        await _guard(socket.connect())
        while True:
            frame = read_frame(await _guard(socket.recv()))
            if frame is not None:
                yield frame
    finally:
        await _close(socket)


def stream_names(followed: Sequence[Series]) -> list[str]:
    """`btcusdt@kline_1m`, `btcusdt@bookTicker`, `btcusdt@miniTicker`, each once."""
    names = {f"{series.symbol.lower()}@kline_{series.interval}" for series in followed}
    for symbol in {series.symbol.lower() for series in followed}:
        names |= {f"{symbol}@bookTicker", f"{symbol}@miniTicker"}
    return sorted(names)


def _socket(client: AsyncClient, address: str, followed: Sequence[Series]) -> ReconnectingWebsocket:
    manager_type = type("_Sockets", (BinanceSocketManager,), {"STREAM_URL": address})
    manager = manager_type(client, max_queue_size=_QUEUE_FRAMES)
    socket = manager.multiplex_socket(stream_names(followed))
    socket.MAX_RECONNECTS = 0
    socket.TIMEOUT = 1
    return socket


async def _guard(call: Any) -> Any:
    try:
        answer = await call
    except FAILURES as error:
        raise translate(error, _ASKED) from error
    # The library uses `wait_for`, which before Python 3.12 loses a cancellation that comes with a frame.
    task = asyncio.current_task()
    if task is not None and task.cancelling():
        raise asyncio.CancelledError
    return answer


async def _close(socket: ReconnectingWebsocket) -> None:
    try:
        async with asyncio.timeout(_CLOSE_SECONDS):
            await socket.close()
    except FAILURES as error:
        log.info("live stream: the connection did not close cleanly: %s", error)
