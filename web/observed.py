"""Every answer is counted, timed and leaves one line in the log."""

from __future__ import annotations

import logging
import time

from starlette.routing import BaseRoute, Mount, Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from web.metrics import Metrics

log = logging.getLogger("web.access")


class Observed:
    """Stands around all that can answer."""

    def __init__(self, app: ASGIApp, metrics: Metrics) -> None:
        self._app = app
        self._metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on and watch what becomes of it."""
        if scope["type"] != "http":
            return await self._app(scope, receive, send)
        began, status, streams = time.perf_counter(), 0, False

        async def watched(message: Message) -> None:
            nonlocal status, streams
            if message["type"] == "http.response.start":
                status = message["status"]
                streams = status == 200 and all(name != b"content-length" for name, _ in message["headers"])
            await send(message)

        try:
            await self._app(scope, receive, watched)
        finally:
            self._note(scope, status, time.perf_counter() - began, streams)
        return None

    def _note(self, scope: Scope, status: int, seconds: float, streams: bool) -> None:
        method, route = scope["method"], template(scope)  # the server knows some thirty methods and no other
        self._metrics.answered(method, route, status)
        if not streams:
            self._metrics.took(route, seconds)
        if log.isEnabledFor(logging.INFO):
            key = scope.get("state", {}).get("key")
            log.info(
                "%s %s %d", method, route, status,
                extra={
                    "http.request.method": method,
                    "url.path": route,  # the template: neither ids nor what stands behind the question mark
                    "http.response.status_code": status,
                    "event.duration": round(seconds * 1e9),
                    "user.name": key.name if key else None,
                },
            )  # fmt: skip


def template(scope: Scope) -> str:
    """The path as the route table writes it: `/v1/jobs/{job_id}`; `unmatched` for a path of no route."""
    route: BaseRoute | None = scope.get("route")
    if isinstance(route, Mount):
        return f"{route.path}/{{path}}"
    if not isinstance(route, Route):
        return "unmatched"
    path: str = scope["path"]
    for name, value in reversed(scope.get("path_params", {}).items()):
        before, found, after = path.rpartition(f"/{value}")
        path = f"{before}/{{{name}}}{after}" if found else path
    return path
