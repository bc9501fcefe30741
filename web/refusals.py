"""The shape of a refusal, and how a route declares the refusals it knows."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any, Final

from pydantic import BaseModel, Field

from web.problems import MEDIA_TYPE

# What each status says at its most usual.
_SAID: Final[dict[int, tuple[str, str]]] = {
    400: ("malformed_json", "1: JSON decode error"),
    401: ("unauthorized", "the API key is missing or wrong"),
    403: ("forbidden", "the key 'page' may not do this: it takes one with operate"),
    404: ("unknown_series", "no exchange here has the symbol 'BTCEUR'"),
    405: ("method_not_allowed", "Method Not Allowed"),
    406: ("not_acceptable", "none of the formats has the media type image/png"),
    409: ("conflict", "simulated/BTCUSDT/1h is being trained: see /v1/jobs/5f0c"),
    408: ("request_timeout", "the request was not there after 15 s"),
    413: ("content_too_large", "the body has more than 65536 bytes"),
    414: ("uri_too_long", "the address has more than 8192 bytes"),
    422: ("invalid_input", "limit: Input should be less than or equal to 1000"),
    429: ("too_many_requests", "more than 1200 requests; the next may come in 21 s"),
    431: ("request_header_fields_too_large", "the headers have more than 16384 bytes"),
    503: ("store_unavailable", "the database does not answer at 127.0.0.1:3406: is it running?"),
}


# What every route behind the door may answer.
GUARDED: Final = (401, 414, 429, 431, 503)


class Problem(BaseModel):
    """`application/problem+json` (RFC 9457)."""

    type: str = Field(examples=["about:blank"])
    title: str = Field(examples=["Not Found"])
    status: int = Field(examples=[404])
    detail: str = Field(description="what happened and what to do", examples=[_SAID[404][1]])
    code: str = Field(description="for programs", examples=["unknown_series"])
    hint: str | None = Field(
        None, description="what to do", examples=["GET /v1/symbols lists what is stored"]
    )
    request_id: str | None = Field(
        None,
        description="as in X-Request-ID; the log has it too",
        examples=["4f3c0f7a5b6e4d0d9d3f2a1b0c9d8e7f"],
    )


def refusals(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """What a route declares in `responses=`: problem details with an example for each status."""
    return {status: _refusal(HTTPStatus(status)) for status in statuses}


def _refusal(status: HTTPStatus) -> dict[str, Any]:
    code, detail = _SAID[status]
    said = {
        "type": "about:blank", "title": status.phrase, "status": status.value, "detail": detail, "code": code,
    }  # fmt: skip
    described: dict[str, Any] = {
        "description": status.phrase,
        "content": {MEDIA_TYPE: {"schema": Problem.model_json_schema(), "example": said}},
    }
    if status in (HTTPStatus.SERVICE_UNAVAILABLE, HTTPStatus.TOO_MANY_REQUESTS):
        described["headers"] = {"Retry-After": {"description": "seconds", "schema": {"type": "integer"}}}
    return described
