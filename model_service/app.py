"""The model API: models, decisions, predictions, track record."""

from __future__ import annotations

from typing import Final

from fastapi import Depends, FastAPI

from model_service.deps import Service
from model_service.routes import (
    decisions,
    health,
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
from web.body_limit import BodyLimit
from web.keys import Keys
from web.problems import add_problem_answers
from web.refusals import refusals

_DESCRIPTION: Final = """What the models decided, why, and whether they were right.

Every route but `/health` and these docs wants a key in the header `X-API-Key`. Times are milliseconds UTC (in
requests also ISO 8601), prices exact decimals as text, gains and costs fractions (0.01 is 1 %). Answers
about made-up markets carry `simulated: true`. Errors are problem details (RFC 9457) with a `code`.
Nothing here is advice, and no order is ever placed.
"""
# Of a request, in bytes; no body that a route knows is longer than a page.
_LONGEST_BODY: Final = 65_536


def create_app(service: Service, keys: Keys) -> FastAPI:
    """The application over the given parts."""
    app = FastAPI(title="OPA Crypto: model API", version="1", description=_DESCRIPTION)
    app.add_middleware(BodyLimit, most=_LONGEST_BODY)
    app.state.service = service
    app.state.keys = keys
    app.include_router(health.router)
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
            responses=refusals(401, 503),
        )
    add_problem_answers(app)
    return app
