"""What a route asks of the key with which somebody has passed the door."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Annotated, Any, Final

from fastapi import Request, Security
from fastapi.security import APIKeyHeader, HTTPBearer
from starlette.exceptions import HTTPException

from web.keys import Key, Scope
from web.problems import UNAUTHORIZED

_SAID: Final = "one of the keys of OPA_API_KEYS; OPA_API_KEY and OPA_READ_KEY in .env are two of them"
# They describe the two ways to send a key; the door has read it already.
_Header = Annotated[Any, Security(APIKeyHeader(name="X-API-Key", auto_error=False, description=_SAID))]
_Bearer = Annotated[Any, Security(HTTPBearer(auto_error=False, description=_SAID))]


def needs(scope: Scope) -> Callable[..., Awaitable[None]]:
    """A dependency: 401 for who came without a known key, 403 with one that opens less."""

    async def needed(request: Request, _header: _Header = None, _bearer: _Bearer = None) -> None:
        key: Key | None = getattr(request.state, "key", None)
        if key is None:
            raise HTTPException(401, "the API key is missing or wrong", UNAUTHORIZED)
        if not key.may(scope):
            raise HTTPException(403, f"the key {key.name!r} may not do this: it takes one with {scope}")

    return needed


may_read: Final = needs(Scope.READ)
may_operate: Final = needs(Scope.OPERATE)
