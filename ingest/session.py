"""HTTP towards exchanges: no answer leads us elsewhere, and none is larger than it can be.

A hostile exchange could redirect us to an address inside the user's network, or send an answer (or a small
compressed one) without end.
"""

from __future__ import annotations

from typing import Any, Final

import aiohttp

from market.errors import ExchangeUnavailable, RefusedByExchange

# The largest that is asked for, all markets of an exchange, has about 10 MB.
LARGEST_ANSWER: Final = 64 * 2**20
_PIECE: Final = 2**16


class BoundedResponse(aiohttp.ClientResponse):
    """Reads a whole body up to `LARGEST_ANSWER` bytes, counted after decompression."""

    async def read(self) -> bytes:
        """The body; `ExchangeUnavailable` when it is larger."""
        if self._body is None:
            self._body = await bounded(self, LARGEST_ANSWER)
        if self._body is None:
            raise ExchangeUnavailable(f"{self.url.path}: the answer is larger than {LARGEST_ANSWER:,} bytes")
        return await super().read()


async def bounded(answer: aiohttp.ClientResponse, most: int) -> bytes | None:
    """The body of an answer, None when it has more than so many bytes: the rest is not read."""
    body = bytearray()
    async for piece in answer.content.iter_chunked(_PIECE):
        body += piece
        if len(body) > most:
            answer.close()
            return None
    return bytes(body)


async def refuse_redirects(
    request: aiohttp.ClientRequest, handler: aiohttp.ClientHandlerType
) -> aiohttp.ClientResponse:
    """A step of every request; `RefusedByExchange` for an answer that leads elsewhere."""
    answer = await handler(request)
    if "Location" in answer.headers and 300 <= answer.status < 400:
        towards = answer.headers["Location"][:80]
        answer.close()
        raise RefusedByExchange(
            f"{request.url.host} answers {answer.status} and leads to {towards!r}; no redirect is followed: "
            "set its new address in .env (OPA_EXCHANGE_REST, _ARCHIVE, _HOSTS)"
        )
    return answer


def session_options() -> dict[str, Any]:
    """Arguments of one `aiohttp.ClientSession`; every session of this room is made with them.

    Certificates are checked against the system's authorities. Names are looked up through the standard
    library, where `market.outbound` sees them, not by aiodns, which aiohttp prefers where it is installed.
    """
    return {
        "middlewares": (refuse_redirects,),
        "response_class": BoundedResponse,
        "connector": aiohttp.TCPConnector(resolver=aiohttp.ThreadedResolver()),
    }
