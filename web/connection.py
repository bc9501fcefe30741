"""One connection: its head has to come soon and be small, whatever else the other side does."""

from __future__ import annotations

import asyncio
from typing import Any, Final

from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol, RequestResponseCycle

_LONGEST_HEAD: Final = 65_536  # bytes; what is below it and still too long is answered as problem details
_HEAD_WITHIN_S: Final = 10.0
_TAKEN_WITHIN_S: Final = 60.0
_MOST_WAITING: Final = 16  # requests that came before the answer to an earlier one


class Connection(HttpToolsProtocol):
    """uvicorn's protocol, which by itself buffers heads, trailers and further requests without bound.

    It also waits for ever: for a head, for the rest of a request that is answered already, and for a client
    that takes nothing of its answer.
    """

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self._in_head = True
        self._head_bytes = 0
        self._alarm: asyncio.TimerHandle | None = None
        self._untaken: asyncio.TimerHandle | None = None
        self._answering: RequestResponseCycle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Wait for the first request, but not for ever."""
        super().connection_made(transport)
        self._expect_head()

    def connection_lost(self, exc: Exception | None) -> None:
        """Nothing to wait for."""
        self._head_is_here()
        self._is_taken()
        if self._answering:  # uvicorn tells only the last request that the client is gone
            self._answering.disconnected = True
            self._answering.message_event.set()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Parse unless the head is too long; a chunk more than the bound may have been read by then."""
        if self._in_head:
            if self._head_bytes > _LONGEST_HEAD:
                return self._refuse()
            self._head_bytes += len(data)
        super().data_received(data)
        return None

    def on_message_begin(self) -> None:
        """A head begins."""
        super().on_message_begin()
        if not self._alarm:
            self._expect_head()

    def on_header(self, name: bytes, value: bytes) -> None:
        """Keep a header; what stands behind a body is none, and nobody reads it."""
        if self._in_head:
            super().on_header(name, value)

    def on_headers_complete(self) -> None:
        """A head is whole."""
        self._head_is_here()
        self._in_head = False
        if len(self.pipeline) < _MOST_WAITING:
            super().on_headers_complete()
        else:
            self.transport.abort()

    def on_message_complete(self) -> None:
        """What comes next is another head."""
        self._in_head, self._head_bytes = True, 0
        super().on_message_complete()

    def on_response_complete(self) -> None:
        """Wait for the next head, and for what is missing of a request that is answered already."""
        super().on_response_complete()
        if self.cycle.response_complete and not self._alarm:
            self._expect_head()

    def pause_writing(self) -> None:
        """The client does not take its answer: it gets some time."""
        super().pause_writing()
        self._untaken = self.loop.call_later(_TAKEN_WITHIN_S, self.transport.abort)

    def resume_writing(self) -> None:
        """The client has taken something."""
        self._is_taken()
        super().resume_writing()

    def _start_asgi_task(self, cycle: RequestResponseCycle, app: Any) -> None:
        self._answering = cycle
        super()._start_asgi_task(cycle, app)

    def _expect_head(self) -> None:
        self._alarm = self.loop.call_later(_HEAD_WITHIN_S, self.transport.close)

    def _head_is_here(self) -> None:
        if self._alarm:
            self._alarm.cancel()
            self._alarm = None

    def _is_taken(self) -> None:
        if self._untaken:
            self._untaken.cancel()
            self._untaken = None

    def _refuse(self) -> None:
        self.transport.write(STATUS_LINE[431] + b"content-length: 0\r\nconnection: close\r\n\r\n")
        self.transport.close()
