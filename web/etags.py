"""Answers that a client has already: a strong tag of the bytes, and 304 for who names it."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from fastapi import Request, Response
from starlette.types import Send

# What a route with tagged answers declares.
UNCHANGED: Final[dict[int | str, dict[str, Any]]] = {
    304: {"description": "what `If-None-Match` names is still so"}
}
_ABOUT_ROWS: Final = (b"content-length", b"content-type")
Headers = list[tuple[bytes, bytes]]


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer's bytes with the headers of both its forms."""

    body: bytes
    etag: str
    whole: Headers
    unchanged: Headers

    def response(self, if_none_match: str) -> Response:
        """200, or 304 for who has it already."""
        known = names(if_none_match, self.etag)
        response = Response(None if known else self.body, 304 if known else 200)
        response.raw_headers = list(self.unchanged if known else self.whole)
        return response

    async def send(self, if_none_match: str, send: Send) -> None:
        """The same without a detour."""
        known = names(if_none_match, self.etag)
        status, headers = (304, self.unchanged) if known else (200, self.whole)
        await send({"type": "http.response.start", "status": status, "headers": list(headers)})
        await send({"type": "http.response.body", "body": b"" if known else self.body})


def answer_of(body: bytes, media_type: str, headers: Mapping[str, str] | None = None) -> Answer:
    """Bytes with a strong tag of what they and their headers say; to be asked for again every time."""
    said = hashlib.blake2b(body, digest_size=16)
    said.update(repr(sorted((headers or {}).items())).encode())
    etag = f'"{said.hexdigest()}"'
    more = {"ETag": etag, "Cache-Control": "private, no-cache", **(headers or {})}
    whole = Response(body, headers=more, media_type=media_type).raw_headers
    return Answer(body, etag, whole, [each for each in whole if each[0] not in _ABOUT_ROWS])


def tagged(
    request: Request, body: bytes, media_type: str, headers: Mapping[str, str] | None = None
) -> Response:
    """200 with the body, or 304 where `If-None-Match` names it."""
    return answer_of(body, media_type, headers).response(request.headers.get("if-none-match", ""))


def names(if_none_match: str, etag: str) -> bool:
    """Whether a client's `If-None-Match` names the tag."""
    given = (each.strip().removeprefix("W/") for each in if_none_match.split(","))
    return bool(if_none_match) and any(each in (etag, "*") for each in given)
