"""The shape of a refusal, and how a route declares the refusals it knows."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any, Final

from pydantic import Field

from model_service.shapes.shape import Shape, example

# What each status says at its most usual.
_SAID: Final[dict[int, tuple[str, str]]] = {
    400: ("malformed_json", "1: JSON decode error"),
    401: ("unauthorized", "the API key is missing or wrong: send OPA_API_KEY in X-API-Key"),
    404: ("not_found", "no model 'm1': GET /models lists them"),
    409: ("conflict", "simulated/BTCUSDT/1h is being trained: see /jobs/5f0c"),
    413: ("content_too_large", "the body has more than 65536 bytes"),
    422: ("invalid_input", "limit: Input should be less than or equal to 1000"),
    503: ("try_again", "the database does not answer at 127.0.0.1:3406: is it running?"),
}


class Problem(Shape):
    """`application/problem+json` (RFC 9457)."""

    type: str = Field(examples=["about:blank"])
    title: str = Field(examples=["Not Found"])
    status: int = Field(examples=[404])
    detail: str = Field(description="what happened and what to do", examples=[_SAID[404][1]])
    code: str = Field(description="for programs", examples=["not_found"])


def refusals(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """What a route declares in `responses=`: problem details with an example for each status."""
    return {status: _refusal(HTTPStatus(status)) for status in statuses}


def _refusal(status: HTTPStatus) -> dict[str, Any]:
    code, detail = _SAID[status]
    said = example(Problem) | {
        "title": status.phrase, "status": status.value, "detail": detail, "code": code,
    }  # fmt: skip
    content = {"schema": Problem.model_json_schema(), "example": said}
    described: dict[str, Any] = {
        "description": status.phrase,
        "content": {"application/problem+json": content},
    }
    if status is HTTPStatus.SERVICE_UNAVAILABLE:
        described["headers"] = {"Retry-After": {"description": "seconds", "schema": {"type": "integer"}}}
    return described
