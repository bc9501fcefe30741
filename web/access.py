"""What a route asks of the key with which somebody has passed the door."""

from __future__ import annotations

from typing import Any, Final

from fastapi import FastAPI, Request
from fastapi.security import APIKeyHeader
from starlette.exceptions import HTTPException

from web.keys import Key, Scope
from web.problems import UNAUTHORIZED

_SAID: Final = "one of the keys of OPA_API_KEYS; OPA_API_KEY and OPA_READ_KEY in .env are two of them"
_HEADER: Final = "APIKeyHeader"
_BEARER: Final = "HTTPBearer"


class Needs(APIKeyHeader):
    """A dependency: 401 for who came without a known key, 403 with one that opens less.

    The door has read the key already. As a scheme of its own it describes the header without a second
    dependency: those cost more than everything else before a route.
    """

    def __init__(self, scope: Scope) -> None:
        super().__init__(name="X-API-Key", scheme_name=_HEADER, description=_SAID, auto_error=False)
        self._scope = scope

    async def __call__(self, request: Request) -> None:  # type: ignore[override]
        """Check the key of a request."""
        key: Key | None = request.scope.get("state", {}).get("key")
        if key is None:
            raise HTTPException(401, "the API key is missing or wrong", UNAUTHORIZED)
        if not key.may(self._scope):
            raise HTTPException(403, f"the key {key.name!r} may not do this: it takes one with {self._scope}")


may_read: Final = Needs(Scope.READ)
may_operate: Final = Needs(Scope.OPERATE)


def describe_bearer(app: FastAPI) -> None:
    """Say in the OpenAPI description that the same key may come as a bearer token."""
    described = app.openapi

    def openapi() -> dict[str, Any]:
        made = described()
        schemes = made["components"]["securitySchemes"]
        if _BEARER not in schemes:
            schemes[_BEARER] = {"type": "http", "scheme": "bearer", "description": _SAID}
            operations = [each for methods in made["paths"].values() for each in methods.values()]
            for guarded in (each for each in operations if "security" in each):
                guarded["security"] = [{_HEADER: []}, {_BEARER: []}]
        return made

    app.openapi = openapi  # type: ignore[method-assign]
