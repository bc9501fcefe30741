"""So many at once and no more: whoever comes after is told to come again."""

from __future__ import annotations

import asyncio
from collections.abc import Collection
from typing import Final

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from web.problems import problem

_RETRY_AFTER_S: Final = 1
_LAST_WORDS: Final = b": this service ends; come again\n\n"


class Visitors:
    """Who is inside: requests before the head of their answer, and streams behind it."""

    def __init__(self) -> None:
        self.waiting = 0
        self.streams: set[_Visit] = set()
        self.refused = 0

    async def farewell(self) -> None:
        """Say a last word on every stream of events: by itself it would never end."""
        await asyncio.gather(*(visit.end() for visit in self.streams), return_exceptions=True)


class Crowd:
    """Bounds the requests that wait or run, and the streams: 503 with `Retry-After` beyond.

    An answer whose head tells no length is a stream.
    """

    def __init__(
        self, app: ASGIApp, visitors: Visitors, at_once: int, streams: int, spared: Collection[str]
    ) -> None:
        self._app = app
        self._visitors = visitors
        self._at_once = at_once
        self._streams = streams
        self._spared = spared

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on while there is room."""
        if scope["type"] != "http" or scope["path"] in self._spared:
            return await self._app(scope, receive, send)
        visit = _Visit(scope, receive, send, self._visitors, self._streams)
        if self._visitors.waiting >= self._at_once:
            return await visit.refuse(f"{self._at_once} requests wait for their answer")
        self._visitors.waiting += 1
        try:
            await self._app(scope, receive, visit.say)
        finally:
            visit.leave()
        return None


class _Visit:
    def __init__(self, scope: Scope, receive: Receive, send: Send, visitors: Visitors, streams: int) -> None:
        self._scope, self._receive, self._send = scope, receive, send
        self._visitors = visitors
        self._most = streams
        self._is_stream = self._tells_events = self._over = False

    async def say(self, message: Message) -> None:
        """What the application says, unless somebody has said the last word before."""
        if self._over:
            return
        if message["type"] == "http.response.start" and _has_no_length(message):
            if len(self._visitors.streams) >= self._most:
                await self.refuse(f"{self._most} streams are open")
            else:
                self._go_on(message)
        if not self._over:
            await self._send(message)

    async def refuse(self, why: str) -> None:
        """503, whatever the application says."""
        self._over = True
        self._visitors.refused += 1
        headers = {"Retry-After": str(_RETRY_AFTER_S)}
        await problem(503, f"{why} already", "too_busy", headers)(self._scope, self._receive, self._send)

    async def end(self) -> None:
        """The last word on a stream of events; an export goes on to its own end."""
        if self._tells_events and not self._over:
            self._over = True
            await self._send({"type": "http.response.body", "body": _LAST_WORDS, "more_body": False})

    def leave(self) -> None:
        """Make room."""
        if self._is_stream:
            self._visitors.streams.discard(self)
        else:
            self._visitors.waiting -= 1

    def _go_on(self, head: Message) -> None:
        kind = next((value for name, value in head["headers"] if name == b"content-type"), b"")
        self._is_stream, self._tells_events = True, kind.startswith(b"text/event-stream")
        self._visitors.waiting -= 1
        self._visitors.streams.add(self)


def _has_no_length(head: Message) -> bool:
    return head["status"] == 200 and all(name != b"content-length" for name, _ in head["headers"])
