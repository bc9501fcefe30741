"""A long answer, sent while it is made: memory stays flat, and what was cut off cannot look complete."""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import Hashable, Iterator, Mapping
from contextlib import contextmanager
from typing import Final

from anyio import to_thread
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from market.errors import MarketError, Transient
from web.sending import send_piece, until_hung_up

log = logging.getLogger(__name__)

_RETRY_AFTER_S: Final = 5.0


class Places:
    """So much heavy work at once and no more, so that the quick answers find the database free."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._lock = threading.Lock()
        self._held: list[Hashable] = []

    @contextmanager
    def taken(self, what: Hashable = None) -> Iterator[None]:
        """Hold one of the places; raises `Transient` when there is none, or one is held for the same."""
        with self._lock:
            twice = what is not None and what in self._held
            if twice or len(self._held) == self._most:
                said = "this answer is" if twice else f"{self._most} long answers are"
                raise Transient(
                    f"{said} being made already: ask again in some seconds", retry_after=_RETRY_AFTER_S
                )
            self._held.append(what)
        try:
            yield
        finally:
            with self._lock:
                self._held.remove(what)


class StreamedFile(Response):
    """The pieces one after the other, made in a thread.

    What goes wrong before the first piece is an ordinary refusal. Later it ends the transfer without its last
    chunk, as does a client that takes nothing for half a minute; one that hangs up ends
    the work at once.
    """

    def __init__(
        self, pieces: Iterator[bytes], places: Places, media_type: str, headers: Mapping[str, str]
    ) -> None:
        self._pieces = pieces
        self._places = places
        self.status_code = 200
        self.media_type = media_type
        self.background = None
        self.init_headers(headers)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send until the last piece."""
        with self._places.taken():
            first = await to_thread.run_sync(next, self._pieces, b"")
            await until_hung_up(self._send_all(first, send), receive)

    async def _send_all(self, first: bytes, send: Send) -> None:
        await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
        piece = first
        try:
            while piece:
                # The next piece is made while this one is sent.
                making = asyncio.ensure_future(to_thread.run_sync(next, self._pieces, b""))
                try:
                    await send_piece(send, piece)
                finally:
                    piece = await making
        except (MarketError, TimeoutError) as error:
            log.error("a long answer was cut off: %s", error or "the client takes nothing")
        else:
            await send({"type": "http.response.body", "body": b"", "more_body": False})
