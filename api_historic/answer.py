"""An answer as bytes, in both its forms: whole, and as 304 for who has it already."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from fastapi import Response
from starlette.types import Send

_UNCHANGED: Final = (b"etag", b"cache-control", b"vary", b"x-simulated", b"link", b"x-next-cursor")
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
        known = has(if_none_match, self.etag)
        response = Response(None if known else self.body, 304 if known else 200)
        response.raw_headers = list(self.unchanged if known else self.whole)
        return response

    async def send(self, if_none_match: str, send: Send) -> None:
        """The same without a detour."""
        known = has(if_none_match, self.etag)
        status, headers = (304, self.unchanged) if known else (200, self.whole)
        await send({"type": "http.response.start", "status": status, "headers": list(headers)})
        await send({"type": "http.response.body", "body": b"" if known else self.body})


def answer_of(body: bytes, media_type: str, headers: Mapping[str, str]) -> Answer:
    """Bytes with a strong tag of what they and their headers say; to be asked for again every time."""
    said = hashlib.blake2b(body, digest_size=16)
    said.update(repr(sorted(headers.items())).encode())
    etag = f'"{said.hexdigest()}"'
    more = {"ETag": etag, "Cache-Control": "private, no-cache", **headers}
    response = Response(body, headers=more, media_type=media_type)
    unchanged = [each for each in response.raw_headers if each[0] in _UNCHANGED]
    return Answer(body, etag, response.raw_headers, unchanged)


def has(if_none_match: str, etag: str) -> bool:
    """Whether a client's `If-None-Match` names the tag."""
    given = (each.strip().removeprefix("W/") for each in if_none_match.split(","))
    return bool(if_none_match) and any(each in (etag, "*") for each in given)
