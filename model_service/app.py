"""The model API: models, decisions, predictions, track record."""

from __future__ import annotations

import gc
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Final

import anyio.to_thread
from fastapi import Depends, FastAPI

from model_service.deps import Service
from model_service.news import Teller
from model_service.routes import (
    decisions,
    jobs,
    lifecycle,
    models,
    paper,
    portfolio,
    predict,
    replay,
    stream,
    track_record,
    what_if,
)
from web.access import may_read
from web.bounds import Bounds
from web.broadcast import Broadcast
from web.front import guard, operation_id
from web.keys import Keys
from web.parameters import only_known_parameters
from web.readiness import Ask
from web.refusals import GUARDED, refusals
from web.tail import Tail

_DESCRIPTION: Final = """What the models decided, why, and whether they were right.

Every route but `/health`, `/ready` and these docs wants a key in the header `X-API-Key`. Times are
milliseconds UTC (in requests also ISO 8601), prices exact decimals as text, gains and costs fractions
(0.01 is 1 %). Answers about made-up markets carry `simulated: true`. Errors are problem details
(RFC 9457) with a `code`.
Nothing here is advice, and no order is ever placed.
"""


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    # As many requests at once as there are database connections; the others wait instead of failing.
    anyio.to_thread.current_default_thread_limiter().total_tokens = app.state.concurrency
    # The imported modules never become garbage: without them a collection is short (p99).
    gc.collect()
    gc.freeze()
    with _news(app, app.state.service):
        yield
    gc.unfreeze()


@contextmanager
def _news(app: FastAPI, service: Service) -> Iterator[None]:
    """Follow the change log, where there is one."""
    if service.changes is None:
        yield
        return
    tail = Tail(service.changes)
    app.state.broadcast = Broadcast(tail, service.changes, Teller(service.decisions))
    with tail.running(), app.state.broadcast.running():
        yield


def create_app(
    service: Service,
    keys: Keys,
    bounds: Bounds = Bounds(),  # noqa: B008  (it is frozen)
    *,
    concurrency: int = 4,
    database: Ask | None = None,
) -> FastAPI:
    """The application over the given parts; `concurrency` bounds the questions to the database at one time.

    `database` tells whether the database is there; left out, the models in use are asked for.
    """
    app = FastAPI(
        title="OPA Crypto: model API", version="1", description=_DESCRIPTION, lifespan=_lifespan,
        docs_url=None, redoc_url=None, generate_unique_id_function=operation_id,
    )  # fmt: skip
    app.state.service = service
    app.state.concurrency = concurrency
    for guarded in (
        lifecycle,
        models,
        jobs,
        decisions,
        predict,
        track_record,
        paper,
        replay,
        what_if,
        portfolio,
        stream,
    ):
        app.include_router(
            guarded.router,
            prefix="/v1",
            dependencies=[Depends(may_read), Depends(only_known_parameters)],
            responses=refusals(*GUARDED),
        )
    guard(app, keys, bounds, {"database": database or (lambda: service.decisions.models(active_only=True))})
    return app
