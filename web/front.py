"""Everything that stands before an application of ours, in its order."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from fastapi import FastAPI
from fastapi.routing import APIRoute
from starlette.applications import Starlette
from starlette.middleware.cors import CORSMiddleware

from web.access import describe_bearer
from web.body_limit import BodyLimit
from web.bounds import Bounds
from web.crowd import Crowd, Visitors
from web.docs_page import add_docs
from web.door import WATCHED, Door
from web.failures import Failures
from web.head_limit import HeadLimit
from web.keys import Keys
from web.metrics import Metrics, metrics_route
from web.observed import Observed
from web.problems import add_problem_answers
from web.readiness import Ask, health_routes
from web.request_ids import REQUEST_IDS, RequestIds
from web.security_headers import FOR_DATA, SecurityHeaders
from web.time_limit import TimeLimit

Layer = tuple[Any, dict[str, Any]]
_ASKED_WITH: Final = [
    "Authorization",
    "Content-Type",
    "If-None-Match",
    "Last-Event-ID",
    "X-API-Key",
    "X-Request-ID",
]
_TOLD: Final = [
    "ETag", "Link", "RateLimit-Limit", "RateLimit-Remaining", "RateLimit-Reset", "Retry-After",
    "X-Next-Cursor", "X-Request-ID", "X-Simulated",
]  # fmt: skip


def operation_id(route: APIRoute) -> str:
    """What OpenAPI calls a route: the name of its function, which clients that are generated take over."""
    return route.name


def guard(app: FastAPI, keys: Keys, bounds: Bounds, needed: Mapping[str, Ask]) -> None:
    """Let only those with a key in, within bounds; add health, metrics and docs. `needed`: see `readiness`.

    The application is made without docs of its own, and with `operation_id`.
    """
    metrics = _prepare(app)
    app.include_router(health_routes(needed))
    app.include_router(metrics_route(metrics))
    describe_bearer(app)
    add_docs(app)
    add_problem_answers(app)
    door = {
        "keys": keys,
        "per_key": bounds.per_key,
        "per_address": bounds.per_address,
        "limited": metrics.limited,
    }
    _stand(app, [*_outer(metrics, bounds, FOR_DATA), *_cors(bounds), (Door, door), *_inner(app, bounds)])


def shield(app: Starlette, bounds: Bounds, headers: Mapping[str, str]) -> None:
    """The same without keys, for a page that everybody on this machine may open."""
    _stand(app, [*_outer(_prepare(app), bounds, headers), *_inner(app, bounds)])


def _prepare(app: Starlette) -> Metrics:
    app.state.visitors = Visitors()
    app.state.metrics = Metrics(app.state.visitors)
    metrics: Metrics = app.state.metrics
    return metrics


def _outer(metrics: Metrics, bounds: Bounds, headers: Mapping[str, str]) -> list[Layer]:
    return [
        (RequestIds, REQUEST_IDS),
        (SecurityHeaders, {"headers": headers}),
        (Observed, {"metrics": metrics}),
        (HeadLimit, {"url": bounds.url, "headers": bounds.headers}),
    ]


def _cors(bounds: Bounds) -> list[Layer]:
    if not bounds.origins:
        return []
    return [
        (
            CORSMiddleware,
            {
                "allow_origins": bounds.origins,
                "allow_methods": ["GET", "POST"],
                "allow_headers": _ASKED_WITH,
                "expose_headers": _TOLD,
            },
        )
    ]


def _inner(app: Starlette, bounds: Bounds) -> list[Layer]:
    crowd = {"visitors": app.state.visitors, "at_once": bounds.at_once, "streams": bounds.streams}
    return [
        (Crowd, crowd | {"spared": WATCHED}),
        (TimeLimit, {"seconds": bounds.seconds}),
        (Failures, {}),
        (BodyLimit, {"most": bounds.body}),
    ]


def _stand(app: Starlette, layers: list[Layer]) -> None:
    for kind, arguments in reversed(layers):  # the last that is added stands outermost
        app.add_middleware(kind, **arguments)
