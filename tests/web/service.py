"""A small service behind the shared front: what answers at once, late, in pieces, or not at all."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator
from typing import Any, Final

from fastapi import APIRouter, Body, Depends, FastAPI, Request
from starlette.responses import Response, StreamingResponse

from market.errors import StoreUnavailable
from web.access import may_operate, may_read
from web.bounds import Bounds
from web.front import guard
from web.keys import Key, Keys, Scope, digest

READ: Final = "a-secret-that-reads"
OPERATE: Final = "a-secret-that-operates"
KEYS: Final = Keys((Key("page", Scope.READ, digest(READ)), Key("owner", Scope.OPERATE, digest(OPERATE))))
MAY_READ: Final = {"X-API-Key": READ}


class Gate:
    """What a test opens when it has seen enough; `reached` once somebody waits before it."""

    def __init__(self) -> None:
        self.reached = threading.Event()
        self.open = threading.Event()
        self.database_is_there = True

    def ask(self) -> None:
        if not self.database_is_there:
            raise StoreUnavailable("the database at 10.0.0.7:3306 does not answer")


def small_service(gate: Gate, bounds: Bounds = Bounds()) -> FastAPI:  # noqa: B008
    app = FastAPI(title="Small", version="1", docs_url=None, redoc_url=None)
    app.include_router(_routes(gate), prefix="/v1", dependencies=[Depends(may_read)])
    guard(app, KEYS, bounds, {"database": gate.ask})
    return app


def _routes(gate: Gate) -> APIRouter:
    router = APIRouter()

    @router.get("/things/{thing_id}")
    async def thing(thing_id: str, request: Request) -> dict[str, str]:
        return {"thing": thing_id, "asked_by": request.state.key.name}

    @router.post("/things")
    async def made(said: dict[str, Any] = Body()) -> dict[str, Any]:  # noqa: B008
        return said

    @router.post("/operate", dependencies=[Depends(may_operate)])
    async def operated() -> dict[str, bool]:
        return {"done": True}

    @router.get("/slow")
    def slow() -> Response:
        gate.reached.set()
        assert gate.open.wait(60)
        return Response(b"whole answer", media_type="text/plain")

    @router.get("/events")
    async def events() -> StreamingResponse:
        return StreamingResponse(_endless(), media_type="text/event-stream")

    @router.get("/export")
    async def export() -> StreamingResponse:
        return StreamingResponse(_pieces(gate), media_type="text/csv")

    @router.get("/broken")
    def broken() -> Response:
        raise ZeroDivisionError("a secret of ours: password123")

    return router


async def _endless() -> AsyncIterator[bytes]:
    yield b"event: tick\ndata: {}\n\n"
    await asyncio.sleep(3_600)


async def _pieces(gate: Gate) -> AsyncIterator[bytes]:
    yield b"first,"
    gate.reached.set()
    await asyncio.to_thread(gate.open.wait, 60)
    yield b"last"
