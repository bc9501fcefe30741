"""Errors as problem details (RFC 9457): every refusal says what happened and what to do."""

from __future__ import annotations

import logging
from http import HTTPStatus
from typing import Final

import orjson
from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException

from market.errors import InvalidInput, MarketError, Transient

log = logging.getLogger(__name__)
RETRY_AFTER_S: Final = 5


def problem(status: int, detail: str, code: str = "", headers: dict[str, str] | None = None) -> Response:
    """One answer of the type `application/problem+json`."""
    title = HTTPStatus(status).phrase
    body = {
        "type": "about:blank",
        "title": title,
        "status": status,
        "detail": detail,
        "code": code or title.lower().replace(" ", "_"),
    }
    return Response(orjson.dumps(body), status, headers, "application/problem+json")


def _market_error(request: Request, error: MarketError) -> Response:
    if isinstance(error, InvalidInput):
        return problem(422, str(error), "invalid_input")
    log.error("%s %s: %s", request.method, request.url.path, error)
    if isinstance(error, Transient):
        seconds = error.retry_after or RETRY_AFTER_S
        return problem(503, str(error), "try_again", {"Retry-After": str(round(seconds))})
    return problem(500, f"{error}; the log of this service has more", "refused")


def _http_error(_request: Request, error: HTTPException) -> Response:
    return problem(error.status_code, error.detail, headers=dict(error.headers or {}))


def _invalid_request(_request: Request, error: RequestValidationError) -> Response:
    broken = any(each["type"] == "json_invalid" for each in error.errors())
    detail = "; ".join(f"{each['loc'][-1]}: {each['msg']}" for each in error.errors())
    return problem(400, detail, "malformed_json") if broken else problem(422, detail, "invalid_input")


def _bug(request: Request, error: Exception) -> Response:
    log.error("%s %s failed", request.method, request.url.path, exc_info=error)
    return problem(500, "this service has failed on the request; its log has the details")


def add_problem_answers(app: FastAPI) -> None:
    """Answer every error with problem details."""
    app.exception_handler(MarketError)(_market_error)
    app.exception_handler(HTTPException)(_http_error)
    app.exception_handler(RequestValidationError)(_invalid_request)
    app.exception_handler(Exception)(_bug)
