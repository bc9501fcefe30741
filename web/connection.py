"""One connection: its head has to come soon and be small, whatever else the other side does."""

from __future__ import annotations

import asyncio
from typing import Any, Final

from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol

_LONGEST_HEAD: Final = 65_536  # bytes; what is below it and still too long is answered as problem details
_HEAD_WITHIN_S: Final = 10.0


class Connection(HttpToolsProtocol):
    """uvicorn's protocol, which by itself buffers a head without bound and waits for it for ever."""

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self._in_head = True
        self._head_bytes = 0
        self._alarm: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Wait for the first request, but not for ever."""
        super().connection_made(transport)
        self._expect_head()

    def connection_lost(self, exc: Exception | None) -> None:
        """Nothing to wait for."""
        self._head_is_here()
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

    def on_headers_complete(self) -> None:
        """A head is whole."""
        self._head_is_here()
        self._in_head = False
        super().on_headers_complete()

    def on_message_complete(self) -> None:
        """What comes next is another head."""
        self._in_head, self._head_bytes = True, 0
        super().on_message_complete()

    def _expect_head(self) -> None:
        self._alarm = self.loop.call_later(_HEAD_WITHIN_S, self.transport.close)

    def _head_is_here(self) -> None:
        if self._alarm:
            self._alarm.cancel()
            self._alarm = None

    def _refuse(self) -> None:
        self.transport.write(STATUS_LINE[431] + b"content-length: 0\r\nconnection: close\r\n\r\n")
        self.transport.close()
