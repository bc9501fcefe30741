"""The console: one page and the way to the two APIs."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Final, cast

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from console.files import Files
from console.hosts import OwnHosts
from console.proxy import Proxy
from web.bounds import Bounds
from web.door import given_secret
from web.front import shield
from web.keys import Keys, Scope
from web.metrics import Metrics
from web.problems import UNAUTHORIZED, problem

STATIC: Final = Path(__file__).parent / "static"
HEADERS: Final = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self';"
    " img-src 'self' data:; font-src 'self'; connect-src 'self';"
    " base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cache-Control": "no-cache",
}


def _health(_request: Request) -> Response:
    return JSONResponse({"status": "ok"})


def _metrics(key: str) -> Callable[[Request], Response]:
    keys = Keys.only(key, Scope.READ)

    def metrics(request: Request) -> Response:
        if keys.find(given_secret(request.scope)) is None:
            hint = "send OPA_READ_KEY of .env as bearer token or in the header X-API-Key"
            return problem(401, "the API key is missing or wrong", headers=UNAUTHORIZED, hint=hint)
        found: Metrics = request.app.state.metrics
        return found.figures()

    return metrics


def _refusal(_request: Request, error: Exception) -> Response:
    refused = cast(HTTPException, error)
    return problem(refused.status_code, refused.detail, headers=refused.headers)


def create_app(addresses: dict[str, str], key: str) -> Starlette:
    """`addresses` names the APIs `historic` and `model`; `key` opens both, and the metrics of the console."""
    proxy, files = Proxy(addresses, key), Files(STATIC)

    @asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncIterator[None]:
        yield
        await proxy.close()

    async def ask(request: Request) -> Response:
        return await proxy(request)

    async def file(request: Request) -> Response:
        return await files(request)

    app = Starlette(
        routes=[
            Route("/health", _health, methods=["GET"]),
            Route("/metrics", _metrics(key), methods=["GET"]),
            Route("/api/{name}/{path:path}", ask, methods=["GET", "POST"]),
            Route("/{path:path}", file, methods=["GET"]),
        ],
        middleware=[
            Middleware(OwnHosts),
            Middleware(GZipMiddleware, compresslevel=6),
        ],
        exception_handlers={HTTPException: _refusal},
        lifespan=lifespan,
    )
    shield(app, Bounds(), HEADERS)
    return app
