"""Errors as problem details (RFC 9457): every refusal says what happened and what to do."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, Final

import orjson
from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException

from market.errors import (
    InvalidInput,
    MarketError,
    StoreRefused,
    StoreUnavailable,
    Transient,
    UnknownSymbol,
)

log = logging.getLogger(__name__)

RETRY_AFTER_S: Final = 5
MEDIA_TYPE: Final = "application/problem+json"
# The first that fits counts.
_MARKET_ERRORS: Final[tuple[tuple[type[MarketError], int, str], ...]] = (
    (InvalidInput, 422, "invalid_input"),
    (UnknownSymbol, 404, "unknown_series"),
    (StoreUnavailable, 503, "store_unavailable"),
    (Transient, 503, "try_again"),
    (StoreRefused, 500, "store_refused"),
    (MarketError, 500, "refused"),
)
_HINTS: Final = {
    "malformed_json": "the body has to be JSON; /docs shows an example",
    "unauthorized": "send the key of OPA_API_KEY in the header X-API-Key",
    "forbidden": "`python -m web keys` makes keys; OPA_API_KEY in .env has the scope operate",
    "not_found": "the routes are listed at /docs",
    "method_not_allowed": "/docs lists the methods of each route",
    "not_acceptable": "ask for JSON, CSV, NDJSON or Arrow, or use format=json|csv|ndjson|arrow",
    "invalid_input": "the parameters, their bounds and examples are at /docs",
    "unknown_series": "GET /v1/symbols of the historic API lists what is stored",
    "store_unavailable": "try again in some seconds; `sh setup.sh status` shows the database",
    "try_again": "try again in some seconds; `sh setup.sh status` shows what runs",
    "store_refused": "this service's log has the database's answer; `sh setup.sh doctor` checks the set-up",
    "refused": "the log of this service has more",
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
    title = HTTPStatus(status).phrase
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
    return Response(orjson.dumps({**body, **more}), status, headers, MEDIA_TYPE)


def refusal_of(error: MarketError) -> Response:
    """The answer that an error of ours becomes; what a server said of itself stays in the log."""
    status, code = next(each[1:] for each in _MARKET_ERRORS if isinstance(error, each[0]))
    detail = "the database refuses this service" if isinstance(error, StoreRefused) else str(error)
    if status != HTTPStatus.SERVICE_UNAVAILABLE:
        return problem(status, detail, code)
    seconds = error.retry_after if isinstance(error, Transient) else None
    return problem(status, detail, code, {"Retry-After": str(round(seconds or RETRY_AFTER_S))})


def _market_error(request: Request, error: MarketError) -> Response:
    answer = refusal_of(error)
    if answer.status_code >= HTTPStatus.INTERNAL_SERVER_ERROR:
        log.error("%s %s: %s", request.method, request.url.path, error)
    return answer


def _http_error(_request: Request, error: HTTPException) -> Response:
    return problem(error.status_code, error.detail, headers=dict(error.headers or {}))


def _invalid_request(_request: Request, error: RequestValidationError) -> Response:
    errors: list[dict[str, Any]] = [
        {"where": str(each["loc"][-1]), "message": each["msg"]} for each in error.errors()
    ]
    detail = "; ".join(f"{each['where']}: {each['message']}" for each in errors)
    if any(each["type"] == "json_invalid" for each in error.errors()):
        return problem(400, detail, "malformed_json")
    return problem(422, detail, "invalid_input", errors=errors)


def _bug(request: Request, error: Exception) -> Response:
    log.error("%s %s failed", request.method, request.url.path, exc_info=error)
    return problem(500, "this service has failed on the request")


def add_problem_answers(app: FastAPI) -> None:
    """Answer every error with problem details."""
    app.exception_handler(MarketError)(_market_error)
    app.exception_handler(HTTPException)(_http_error)
    app.exception_handler(RequestValidationError)(_invalid_request)
    app.exception_handler(Exception)(_bug)
