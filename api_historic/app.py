"""The historic API: what the store holds, read only."""

from __future__ import annotations

import gc
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

import anyio.to_thread
from fastapi import Depends, FastAPI

from api_historic.catalogue import Catalogue
from api_historic.census import Census
from api_historic.deps import Stores
from api_historic.remembered import Remembered
from api_historic.routes import coverage, health, klines, prices, symbols, ticks
from api_historic.telling import Teller
from web.access import may_read
from web.broadcast import Broadcast
from web.keys import Keys
from web.problems import add_problem_answers
from web.refusals import refusals
from web.streamed_file import Places
from web.tail import Tail

_DESCRIPTION: Final = """Klines, ticks and their quality, exactly as the exchange gave them.

Every route but `/health` and these docs wants a key in the header `X-API-Key`. Times are milliseconds UTC (in
requests also ISO 8601), prices and volumes exact decimals as text. Answers about made-up markets carry
`simulated: true`. Errors are problem details (RFC 9457) with a `code` and a `hint`.
"""


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    # As many requests at once as there are database connections; the others wait instead of failing.
    anyio.to_thread.current_default_thread_limiter().total_tokens = app.state.concurrency
    # The imported modules never become garbage: without them a collection is short (p99).
    gc.collect()
    gc.freeze()
    with app.state.tail.running(), app.state.broadcast.running():
        yield
    gc.unfreeze()


def _add_memory(app: FastAPI, stores: Stores) -> None:
    """What the service knows between requests, and who tells it of news."""
    app.state.catalogue = Catalogue(stores.klines)
    app.state.census = Census(stores.klines)
    app.state.places = Places(max(1, app.state.concurrency // 2))
    app.state.tail = tail = Tail(stores.changes)
    app.state.broadcast = Broadcast(tail, stores.changes, Teller(stores))
    app.state.remembered = Remembered(tail)
    tail.listen(app.state.remembered)


def create_app(stores: Stores, keys: Keys, *, concurrency: int = 4) -> FastAPI:
    """The application over the given stores; `concurrency` bounds the questions to them at one time."""
    app = FastAPI(title="OPA Crypto: historic API", version="1", description=_DESCRIPTION, lifespan=_lifespan)
    app.state.stores = stores
    app.state.keys = keys
    app.state.concurrency = concurrency
    _add_memory(app, stores)
    app.include_router(health.router)
    for guarded in (symbols, klines, ticks, prices, coverage):
        app.include_router(
            guarded.router,
            prefix="/v1",
            dependencies=[Depends(may_read)],
            responses=refusals(401, 404, 422, 503),
        )
    add_problem_answers(app)
    return app
