"""Answers that a client has already: a strong tag of the bytes, and 304 for who names it."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any, Final

from fastapi import Request, Response

# What a route with tagged answers declares.
UNCHANGED: Final[dict[int | str, dict[str, Any]]] = {
    304: {"description": "what `If-None-Match` names is still so"}
}


def tagged(
    request: Request, body: bytes, media_type: str, headers: Mapping[str, str] | None = None
) -> Response:
    """200 with the body, or 304 where `If-None-Match` names it; to be asked for again every time."""
    said = hashlib.blake2b(body, digest_size=16)
    said.update(repr(sorted((headers or {}).items())).encode())
    etag = f'"{said.hexdigest()}"'
    more = {"ETag": etag, "Cache-Control": "private, no-cache", **(headers or {})}
    if names(request.headers.get("if-none-match", ""), etag):
        return Response(status_code=304, headers=more)
    return Response(body, headers=more, media_type=media_type)


def names(if_none_match: str, etag: str) -> bool:
    """Whether a client's `If-None-Match` names the tag."""
    given = (each.strip().removeprefix("W/") for each in if_none_match.split(","))
    return bool(if_none_match) and any(each in (etag, "*") for each in given)
