"""The names under which the page answers: others are no business of this machine."""

from __future__ import annotations

from typing import Final

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from web.problems import problem

# Another name in the Host header is a page elsewhere that had its name pointed at this machine.
HOSTS: Final = ("127.0.0.1", "localhost")


class OwnHosts:
    """Answers 400 to a request whose `Host`, without its port, is none of `HOSTS`."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, or refuse it."""
        if scope["type"] == "http" and Headers(scope=scope).get("host", "").partition(":")[0] not in HOSTS:
            refused = problem(
                400, "the Host header names another machine", "unknown_host", hint=f"use {' or '.join(HOSTS)}"
            )
            return await refused(scope, receive, send)
        await self._app(scope, receive, send)
        return None
