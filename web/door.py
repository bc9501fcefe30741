"""Default deny: nobody passes without a key but to the open routes, and nobody too often."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from web.keys import Key, Keys
from web.problems import UNAUTHORIZED, problem
from web.rates import Count, Rate

# Nothing in these tells anything about the market, the user or the house.
OPEN: Final = frozenset({"/health", "/ready", "/openapi.json", "/docs"})
# Watchers of the service are neither counted nor refused when it is busy.
WATCHED: Final = frozenset({"/health", "/ready", "/metrics"})
_BEARER: Final = b"bearer "


class Door:
    """Finds the key of each request, keeps it as `state.key`, and counts."""

    def __init__(
        self,
        app: ASGIApp,
        keys: Keys,
        per_key: str,
        per_address: str,
        limited: Callable[[str], None],
    ) -> None:
        self._app = app
        self._keys = keys
        self._per_key = Rate(per_key) if per_key else None
        self._per_address = Rate(per_address) if per_address else None
        self._limited = limited

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, or answer 401 or 429."""
        if scope["type"] == "websocket":
            return await send({"type": "websocket.close", "code": 1008})  # none of ours speaks it
        if scope["type"] != "http":
            return await self._app(scope, receive, send)
        key = self._keys.find(given_secret(scope))
        scope.setdefault("state", {})["key"] = key
        count = self._count(scope, key)
        if count:
            send = _with_headers(send, count.headers())
        if count and count.exceeded:
            self._limited(key.name if key else "")
            headers = {"Retry-After": str(count.reset_s)}
            said = f"more than {count.limit} requests; the next may come in {count.reset_s} s"
            return await problem(429, said, headers=headers)(scope, receive, send)
        if not key and scope["path"] not in OPEN:
            return await problem(401, "the API key is missing or wrong", headers=UNAUTHORIZED)(
                scope, receive, send
            )
        await self._app(scope, receive, send)
        return None

    def _count(self, scope: Scope, key: Key | None) -> Count | None:
        if scope["path"] in WATCHED and (key or scope["path"] in OPEN):
            return None
        if key:
            return self._per_key.count(key.name) if self._per_key else None
        client = scope.get("client") or ("",)
        return self._per_address.count(client[0]) if self._per_address else None


def given_secret(scope: Scope) -> str:
    """What a request says in `X-API-Key` or behind `Authorization: Bearer`; empty for nothing."""
    bearer = b""
    for name, value in scope["headers"]:
        if name == b"x-api-key" and value.strip():
            return str(value.decode("latin-1"))
        if name == b"authorization" and value[: len(_BEARER)].lower() == _BEARER:
            bearer = value[len(_BEARER) :].strip()
    return bearer.decode("latin-1")


def _with_headers(send: Send, more: list[tuple[bytes, bytes]]) -> Send:
    async def extended(message: Message) -> None:
        if message["type"] == "http.response.start":
            message["headers"] = [*message["headers"], *more]
        await send(message)

    return extended
