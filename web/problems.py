"""Errors as problem details (RFC 9457): every refusal says what happened and what to do."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any, Final

import orjson
from asgi_correlation_id import correlation_id
from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException

from market.errors import (
    InvalidInput,
    MarketError,
    StoreRefused,
    StoreTooSlow,
    StoreUnavailable,
    Transient,
    UnknownSymbol,
)

log = logging.getLogger(__name__)

RETRY_AFTER_S: Final = 5
MEDIA_TYPE: Final = "application/problem+json"
UNAUTHORIZED: Final = {"WWW-Authenticate": 'Bearer realm="OPA Crypto"'}


class UnknownParameter(InvalidInput):
    """A query parameter that the route does not know."""


class StaleCursor(InvalidInput):
    """A cursor into rows that others have taken the place of."""


# The first that fits counts.
_MARKET_ERRORS: Final[tuple[tuple[type[MarketError], int, str], ...]] = (
    (UnknownParameter, 422, "unknown_parameter"),
    (StaleCursor, 409, "stale_cursor"),
    (InvalidInput, 422, "invalid_input"),
    (UnknownSymbol, 404, "unknown_series"),
    (StoreTooSlow, 503, "took_too_long"),
    (StoreUnavailable, 503, "store_unavailable"),
    (Transient, 503, "try_again"),
    (StoreRefused, 500, "store_refused"),
    (MarketError, 500, "refused"),
)
# Where Python's own phrase differs between its versions.
_TITLES: Final = {413: "Content Too Large", 414: "URI Too Long"}
_HINTS: Final = {
    "malformed_json": "the body has to be JSON; /docs shows an example",
    "unauthorized": "send the key of OPA_API_KEY in the header X-API-Key",
    "forbidden": "`python -m web keys` makes keys; OPA_API_KEY in .env has the scope operate",
    "not_found": "the routes are listed at /docs",
    "method_not_allowed": "/docs lists the methods of each route",
    "not_acceptable": "ask for JSON, CSV, NDJSON or Arrow, or use format=json|csv|ndjson|arrow",
    "invalid_input": "the parameters, their bounds and examples are at /docs",
    "stale_cursor": "ask again without `cursor`; with `run` a list keeps to one back-test",
    "unknown_parameter": "look for a typo; the parameters of every route are at /docs",
    "unknown_series": "GET /v1/symbols of the historic API lists what is stored",
    "store_unavailable": "try again in some seconds; `sh setup.sh status` shows the database",
    "try_again": "try again in some seconds; `sh setup.sh status` shows what runs",
    "store_refused": "this service's log has the database's answer; `sh setup.sh doctor` checks the set-up",
    "refused": "the log of this service has more",
    "too_many_requests": "wait for Retry-After seconds; OPA_RATE_LIMIT in .env is the rate of a key",
    "too_busy": "try again in a second",
    "took_too_long": "ask for a shorter period or a smaller page",
    "request_timeout": "send the whole request at once",
    "content_too_large": "no route takes a longer body",
    "uri_too_long": "no route needs a longer address",
    "dependency_missing": "`sh setup.sh status` shows what runs, `sh setup.sh` starts it",
    "internal_server_error": "the log of this service has the details",
}


def problem(
    status: int,
    detail: str,
    code: str = "",
    headers: Mapping[str, str] | None = None,
    **more: object,
) -> Response:
    """One answer of the type `application/problem+json`."""
    title = _TITLES.get(status) or HTTPStatus(status).phrase
    code = code or title.lower().replace(" ", "_")
    body: dict[str, object] = {
        "type": "about:blank",
        "title": title,
        "status": status,
        "detail": detail,
        "code": code,
    }
    if code in _HINTS:
        body["hint"] = _HINTS[code]
    if request_id := correlation_id.get():
        body["request_id"] = request_id
    return Response(orjson.dumps({**body, **more}), status, headers, MEDIA_TYPE)


def refusal_of(error: MarketError) -> Response:
    """The answer that an error of ours becomes; what a server said of itself stays in the log."""
    status, code = next(each[1:] for each in _MARKET_ERRORS if isinstance(error, each[0]))
    detail = "the database refuses this service" if isinstance(error, StoreRefused) else str(error)
    if status != HTTPStatus.SERVICE_UNAVAILABLE:
        return problem(status, detail, code)
    seconds = error.retry_after if isinstance(error, Transient) else None
    return problem(status, detail, code, {"Retry-After": str(round(seconds or RETRY_AFTER_S))})


async def _market_error(request: Request, error: MarketError) -> Response:
    answer = refusal_of(error)
    if answer.status_code >= HTTPStatus.INTERNAL_SERVER_ERROR:
        log.error("%s %s: %s", request.method, request.url.path, error)
    return answer


async def _http_error(_request: Request, error: HTTPException) -> Response:
    return problem(error.status_code, error.detail, headers=dict(error.headers or {}))


async def _invalid_request(_request: Request, error: RequestValidationError) -> Response:
    errors: list[dict[str, Any]] = [
        {"where": _place(each["loc"]), "message": each["msg"]} for each in error.errors()
    ]
    detail = "; ".join(f"{each['where']}: {each['message']}" for each in errors)
    if any(each["type"] == "json_invalid" for each in error.errors()):
        return problem(400, detail, "malformed_json")
    return problem(422, detail, "invalid_input", errors=errors)


def _place(loc: Sequence[str | int]) -> str:
    """`limit` for `("query", "limit")`, `action.0` for the first of several."""
    return ".".join(map(str, loc[1:] or loc))


def add_problem_answers(app: FastAPI) -> None:
    """Answer every error that is expected with problem details; `web.failures` answers the others."""
    app.exception_handler(MarketError)(_market_error)
    app.exception_handler(HTTPException)(_http_error)
    app.exception_handler(RequestValidationError)(_invalid_request)
