"""Server-sent events: an answer that goes on until one side ends it."""

from __future__ import annotations

import logging
from typing import Final

from fastapi.sse import KEEPALIVE_COMMENT, format_sse_event
from starlette.concurrency import iterate_in_threadpool
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from web.broadcast import Broadcast
from web.event_id import EventId
from web.listening import Ended, Listening, Wants
from web.sending import send_piece, until_hung_up

log = logging.getLogger(__name__)

KEEP_ALIVE_S: Final = 15.0
_RETRY_MS: Final = 3_000
CONTENT: Final[dict[str, dict[str, object]]] = {"text/event-stream": {"schema": {"type": "string"}}}


class EventStream(Response):
    """What `wants` lets through, from now on or from behind `last_event_id`.

    Raises `InvalidInput` for an id that is none; what `Broadcast.join` raises comes before any answer.
    """

    media_type = "text/event-stream"

    def __init__(
        self,
        broadcast: Broadcast,
        wants: Wants,
        last_event_id: str | None = None,
        *,
        keep_alive_s: float = KEEP_ALIVE_S,
    ) -> None:
        self._after = EventId.parse(last_event_id) if last_event_id else None
        self._keep_alive_s = keep_alive_s
        self._broadcast = broadcast
        self._wants = wants
        self.status_code = 200
        self.background = None
        self.init_headers({"Cache-Control": "no-store", "X-Accel-Buffering": "no"})

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send until the client hangs up, is too slow, or the server stops."""
        listening = self._broadcast.join(self._wants)
        try:
            await until_hung_up(self._send_all(send, listening), receive)
        finally:
            self._broadcast.leave(listening)

    async def _send_all(self, send: Send, listening: Listening) -> None:
        await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
        try:
            here = self._after or listening.after
            await send_piece(send, format_sse_event(id=str(here), retry=_RETRY_MS))
            if self._after is not None:
                async for told in iterate_in_threadpool(self._broadcast.missed(listening, self._after)):
                    await send_piece(send, told)
            while True:
                told = await listening.next(self._keep_alive_s)
                await send_piece(send, told or KEEPALIVE_COMMENT)
        except Ended as ended:
            if ended.slow:
                raise TimeoutError from ended
            await send({"type": "http.response.body", "body": b"", "more_body": False})
        except TimeoutError:
            # Without the last chunk the client's side sees that the answer was cut.
            log.warning("a listener that does not keep up was cut off")
