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
from api_historic.routes import coverage, klines, prices, symbols, ticks
from api_historic.telling import Teller
from web.access import may_read
from web.bounds import Bounds
from web.broadcast import Broadcast
from web.front import guard, operation_id
from web.keys import Keys
from web.parameters import only_known_parameters
from web.readiness import Ask
from web.refusals import GUARDED, refusals
from web.streamed_file import Places
from web.tail import Tail

_DESCRIPTION: Final = """Klines, ticks and their quality, exactly as the exchange gave them.

Every route but `/health`, `/ready` and these docs wants a key in the header `X-API-Key`. Times are
milliseconds UTC (in requests also ISO 8601), prices and volumes exact decimals as text. Answers about
made-up markets carry `simulated: true`. Errors are problem details (RFC 9457) with a `code` and a `hint`.
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
    app.state.places = Places(max(1, app.state.concurrency // 2))
    app.state.tail = tail = Tail(stores.changes)
    app.state.broadcast = Broadcast(tail, stores.changes, Teller(stores))
    app.state.remembered = Remembered(tail)
    app.state.census = Census(stores.klines, tail)
    for listener in (app.state.remembered, app.state.census):
        tail.listen(listener)


def create_app(
    stores: Stores,
    keys: Keys,
    bounds: Bounds = Bounds(),  # noqa: B008  (it is frozen)
    *,
    concurrency: int = 4,
    database: Ask | None = None,
) -> FastAPI:
    """The application over the given stores; `concurrency` bounds the questions to them at one time.

    `database` tells whether the database is there; left out, the change log's head does.
    """
    app = FastAPI(
        title="OPA Crypto: historic API", version="1", description=_DESCRIPTION, lifespan=_lifespan,
        docs_url=None, redoc_url=None, generate_unique_id_function=operation_id,
    )  # fmt: skip
    app.state.stores = stores
    app.state.concurrency = concurrency
    _add_memory(app, stores)
    for guarded in (symbols, klines, ticks, prices, coverage):
        app.include_router(
            guarded.router,
            prefix="/v1",
            dependencies=[Depends(may_read), Depends(only_known_parameters)],
            responses=refusals(*GUARDED, 404, 422),
        )
    guard(app, keys, bounds, {"database": database or stores.changes.head})
    figure = app.state.metrics.gauge
    figure("opa_change_log_followed", "1 while news arrive within seconds", lambda: app.state.tail.fresh)
    figure("opa_listeners", "Streams of events that are told", lambda: app.state.broadcast.listeners)
    return app
