"""Errors as problem details (RFC 9457): every refusal says what happened and what to do."""

from __future__ import annotations

import logging
from http import HTTPStatus
from typing import Any, Final

import orjson
from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException

from api_historic.schemas import Problem
from market.errors import InvalidInput, MarketError, StoreRefused, StoreUnavailable, UnknownSymbol

log = logging.getLogger(__name__)

RETRY_AFTER_S: Final = 5
_MARKET_ERRORS: Final[dict[type[MarketError], tuple[int, str]]] = {
    InvalidInput: (422, "invalid_input"),
    UnknownSymbol: (404, "unknown_series"),
    StoreUnavailable: (503, "store_unavailable"),
    StoreRefused: (500, "store_refused"),
}
_HINTS: Final = {
    "unauthorized": "send the key of OPA_API_KEY in the header X-API-Key",
    "not_found": "the routes are listed at /docs",
    "method_not_allowed": "this API only reads: use GET",
    "not_acceptable": "ask for JSON, CSV, NDJSON or Arrow, or use format=json|csv|ndjson|arrow",
    "invalid_input": "the parameters, their bounds and examples are at /docs",
    "unknown_series": "GET /symbols lists what is stored",
    "store_unavailable": "try again in some seconds; `sh setup.sh status` shows the database",
    "store_refused": "this service's log has the database's answer; `sh setup.sh doctor` checks the set-up",
    "internal_server_error": "the log of this service has the details",
}
# What every guarded route documents.
RESPONSES: Final[dict[int | str, dict[str, Any]]] = {
    status: {"model": Problem, "description": HTTPStatus(status).phrase} for status in (401, 404, 422, 503)
}


def problem(
    status: int, detail: str, *, code: str = "", headers: dict[str, str] | None = None, **more: object
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
    return Response(
        orjson.dumps({**body, **more}),
        status_code=status,
        headers=headers,
        media_type="application/problem+json",
    )


def _market_error(request: Request, error: MarketError) -> Response:
    status, code = next(
        (answer for kind, answer in _MARKET_ERRORS.items() if isinstance(error, kind)),
        (500, "internal_server_error"),
    )
    if status >= 500:
        log.error("%s %s: %s", request.method, request.url.path, error)
    detail = "the database refuses this service" if code == "store_refused" else str(error)
    headers = {"Retry-After": str(RETRY_AFTER_S)} if status == 503 else None
    return problem(status, detail, code=code, headers=headers)


def _http_error(_request: Request, error: HTTPException) -> Response:
    return problem(error.status_code, error.detail, headers=dict(error.headers or {}))


def _invalid_request(_request: Request, error: RequestValidationError) -> Response:
    errors = [{"where": str(each["loc"][-1]), "message": each["msg"]} for each in error.errors()]
    detail = "; ".join(f"{each['where']}: {each['message']}" for each in errors)
    return problem(422, detail, code="invalid_input", errors=errors)


def _bug(request: Request, error: Exception) -> Response:
    log.error("%s %s failed", request.method, request.url.path, exc_info=error)
    return problem(500, "this service has failed on the request")


def add_problem_answers(app: FastAPI) -> None:
    """Answer every error with problem details."""
    app.exception_handler(MarketError)(_market_error)
    app.exception_handler(HTTPException)(_http_error)
    app.exception_handler(RequestValidationError)(_invalid_request)
    app.exception_handler(Exception)(_bug)
