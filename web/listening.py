"""One listener's end of a broadcast: what was told and not yet sent, bounded."""

from __future__ import annotations

import asyncio
import threading
from collections import deque
from collections.abc import Callable
from typing import Final

from market.ports import Change
from web.event_id import EventId

Wants = Callable[[Change], bool]
MOST_WAITING_BYTES: Final = 1_000_000


class Ended(Exception):
    """There is nothing more to send: the server stops, or `slow`, the listener does not keep up."""

    def __init__(self, *, slow: bool) -> None:
        super().__init__()
        self.slow = slow


class Listening:
    """Filled by the broadcast's thread, emptied by the event loop that made it."""

    def __init__(self, wants: Wants, after: EventId) -> None:
        self.wants = wants
        self.after = after
        self._loop = asyncio.get_running_loop()
        self._lock = threading.Lock()
        self._waiting: deque[bytes] = deque()
        self._bytes = 0
        self._ended: Ended | None = None
        self._something = asyncio.Event()

    def put(self, seq: int, told: bytes) -> None:
        """To be sent next; a listener that lets too much wait is ended."""
        if seq > self.after.seq and told:
            self._add(told)

    def begin_again(self, after: EventId, told: bytes) -> None:
        """Say `told`, then whatever comes after that line, of whichever log."""
        self.after = after
        self._add(told)

    def end(self) -> None:
        """Send what waits, then no more."""
        self._ended = self._ended or Ended(slow=False)
        self._wake()

    async def next(self, timeout_s: float) -> bytes:
        """Everything that waits, or nothing after `timeout_s`; raises `Ended`."""
        try:
            async with asyncio.timeout(timeout_s):
                await self._something.wait()
        except TimeoutError:
            return b""
        self._something.clear()
        with self._lock:
            told = b"".join(self._waiting)
            self._waiting.clear()
            self._bytes = 0
        if self._ended and (self._ended.slow or not told):
            raise self._ended
        if self._ended:
            self._something.set()
        return told

    def _add(self, told: bytes) -> None:
        with self._lock:
            if self._waiting and self._bytes + len(told) > MOST_WAITING_BYTES:
                self._ended = self._ended or Ended(slow=True)
            else:
                self._waiting.append(told)
                self._bytes += len(told)
        self._wake()

    def _wake(self) -> None:
        if not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._something.set)
