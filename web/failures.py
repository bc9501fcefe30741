"""What nobody expected: logged where it happened, answered without a word about our insides."""

from __future__ import annotations

import logging

from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from web.problems import problem

log = logging.getLogger(__name__)


class Failures:
    """Stands next to the application, so that its 500 passes every other layer as any answer does."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on; what was begun before a failure ends there."""
        if scope["type"] != "http":
            return await self._app(scope, receive, send)
        begun = False

        async def watched(message: Message) -> None:
            nonlocal begun
            begun = True
            await send(message)

        try:
            await self._app(scope, receive, watched)
        except ClientDisconnect:
            return None
        except Exception as error:
            log.error("%s %r failed", scope["method"], scope["path"], exc_info=error)
            if not begun:
                await problem(500, "this service has failed on the request")(scope, receive, send)
        return None
