"""The model API: models, decisions, predictions, track record."""

from __future__ import annotations

from typing import Final

from fastapi import Depends, FastAPI

from model_service.deps import Service
from model_service.routes import (
    decisions,
    jobs,
    lifecycle,
    models,
    paper,
    portfolio,
    predict,
    replay,
    track_record,
    what_if,
)
from web.access import may_read
from web.bounds import Bounds
from web.front import guard
from web.keys import Keys
from web.readiness import Ask
from web.refusals import GUARDED, refusals

_DESCRIPTION: Final = """What the models decided, why, and whether they were right.

Every route but `/health`, `/ready` and these docs wants a key in the header `X-API-Key`. Times are
milliseconds UTC (in requests also ISO 8601), prices exact decimals as text, gains and costs fractions
(0.01 is 1 %). Answers about made-up markets carry `simulated: true`. Errors are problem details
(RFC 9457) with a `code`.
Nothing here is advice, and no order is ever placed.
"""


def create_app(
    service: Service,
    keys: Keys,
    bounds: Bounds = Bounds(),  # noqa: B008  (it is frozen)
    *,
    database: Ask | None = None,
) -> FastAPI:
    """The application over the given parts; `database` tells whether the database is there.

    Without it the models in use are asked for.
    """
    app = FastAPI(
        title="OPA Crypto: model API", version="1", description=_DESCRIPTION, docs_url=None, redoc_url=None
    )
    app.state.service = service
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
    ):
        app.include_router(
            guarded.router,
            prefix="/v1",
            dependencies=[Depends(may_read)],
            responses=refusals(*GUARDED),
        )
    guard(app, keys, bounds, {"database": database or (lambda: service.decisions.models(active_only=True))})
    return app
