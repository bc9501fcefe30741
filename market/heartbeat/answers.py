"""Requests, errors and times of a web service, counted around it."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any, Final

from market.heartbeat.percentile import percentile_95
from market.ports.heartbeat import Figures

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[MutableMapping[str, Any], Receive, Send], Awaitable[None]]
_REMEMBERED: Final = 2_000  # bounds memory; of a busier 15 s the newest count
_OUR_FAULT: Final = 500


class Answers:
    """Counts since the start, and the times until the heads of the answers since the last look.

    A stream goes on behind its head for as long as its listener likes, which says nothing about the service.
    An error is an answer of 500 and above, or none at all: what the caller did wrong is none of ours.
    """

    def __init__(self) -> None:
        self._requests = 0
        self._errors = 0
        self._times_ms: deque[float] = deque(maxlen=_REMEMBERED)

    def around(self, app: App) -> App:
        """The same ASGI application, counted."""

        async def counted(scope: MutableMapping[str, Any], receive: Receive, send: Send) -> None:
            if scope["type"] != "http":
                return await app(scope, receive, send)
            started, status = time.perf_counter(), _OUR_FAULT
            answered: float | None = None

            async def watched(message: Message) -> None:
                nonlocal status, answered
                if message["type"] == "http.response.start":
                    status, answered = message["status"], time.perf_counter()
                await send(message)

            try:
                await app(scope, receive, watched)
            finally:
                self._requests += 1
                self._errors += status >= _OUR_FAULT
                self._times_ms.append(((answered or time.perf_counter()) - started) * 1_000)

        return counted

    def figures(self) -> Figures:
        """Now; the times begin anew."""
        times = [self._times_ms.popleft() for _ in range(len(self._times_ms))]
        return Figures(self._requests, self._errors, latency_ms=percentile_95(times))
