"""Who may ask: the key of a request and what it opens."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Final

from fastapi import Request, Security
from fastapi.security import APIKeyHeader, HTTPAuthorizationCredentials, HTTPBearer
from starlette.exceptions import HTTPException

from web.keys import Keys, Scope

_SAID: Final = "one of the keys of OPA_API_KEYS; OPA_API_KEY and OPA_READ_KEY in .env are two of them"
_header = APIKeyHeader(name="X-API-Key", auto_error=False, description=_SAID)
_bearer = HTTPBearer(auto_error=False, description=_SAID)
GivenHeader = Annotated[str | None, Security(_header)]
GivenBearer = Annotated[HTTPAuthorizationCredentials | None, Security(_bearer)]


def needs(scope: Scope) -> Callable[..., None]:
    """A dependency: 401 without a known key, 403 with one that opens less; keeps the key as `state.key`."""

    def needed(request: Request, header: GivenHeader = None, bearer: GivenBearer = None) -> None:
        keys: Keys = request.app.state.keys
        key = keys.find(header or (bearer.credentials if bearer else ""))
        if key is None:
            raise HTTPException(401, "the API key is missing or wrong", {"WWW-Authenticate": "X-API-Key"})
        if not key.may(scope):
            raise HTTPException(403, f"the key {key.name!r} may not do this: it takes one with {scope}")
        request.state.key = key

    return needed


may_read: Final = needs(Scope.READ)
may_operate: Final = needs(Scope.OPERATE)
