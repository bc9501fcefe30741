"""A service of ours on its port, counted, with its heartbeat."""

from __future__ import annotations

import asyncio
import signal
import socket
import sys
from typing import Final

import uvicorn
from starlette.applications import Starlette

from market.heartbeat.answers import Answers
from market.ports import ServiceName
from market.store.beating import beating
from web.connection import Connection
from web.crowd import Visitors

# For requests that run when the service is told to end; what stops it has to wait a little longer.
GRACE_S: Final = 20
_CONNECTIONS: Final = 512


class Server(uvicorn.Server):
    """uvicorn, which waits for what runs; streams of events would run for ever."""

    def __init__(self, config: uvicorn.Config, visitors: Visitors) -> None:
        super().__init__(config)
        self._visitors = visitors

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """No new connections; a last word on streams; the answers that are being made."""
        farewell = asyncio.create_task(self._visitors.farewell())
        await super().shutdown(sockets)
        farewell.cancel()


def serve(app: Starlette, name: ServiceName, host: str, port: int) -> None:
    """Answer on `host:port` until SIGTERM (exit code 0) or Ctrl-C (`KeyboardInterrupt`)."""
    answers = Answers()
    config = uvicorn.Config(
        answers.around(app),
        host=host,
        port=port,
        http=Connection,
        ws="none",
        log_config=None,  # its lines go the way of all others
        log_level="warning",
        access_log=False,
        server_header=False,
        proxy_headers=False,  # nobody stands between us and who asks
        limit_concurrency=_CONNECTIONS,
        timeout_graceful_shutdown=GRACE_S,
    )
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    with beating(name, answers.figures):
        Server(config, app.state.visitors).run()
