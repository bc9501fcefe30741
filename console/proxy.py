"""The way from the page to the two APIs: reading only, with the key added on this side."""

from __future__ import annotations

import logging
import re
from collections.abc import AsyncIterator
from typing import Final

import httpx
from asgi_correlation_id import correlation_id
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from console.asked import body_of, check_origin
from web.problems import problem

log = logging.getLogger(__name__)

# An API refuses after OPA_REQUEST_LIMIT_S (15 s) what it cannot answer, and says why: we wait for that.
TIMEOUT: Final = httpx.Timeout(20.0, connect=2.0, pool=2.0)
# A stream of events says something at least every fifteen seconds.
_STREAM_TIMEOUT: Final = httpx.Timeout(45.0, connect=2.0, pool=2.0)
_LIMITS: Final = httpx.Limits(max_connections=32, max_keepalive_connections=16)
_STREAM_LIMITS: Final = httpx.Limits(max_connections=48, max_keepalive_connections=0)
# Answers with a known length up to this are read at once, so that they are compressed as a whole.
_WHOLE: Final = 4_000_000
_PATH: Final = re.compile(r"[A-Za-z0-9_-]+(/[A-Za-z0-9_.:-]*[A-Za-z0-9_:-])*")
# What computes an answer from a body and writes nothing.
POSTS: Final = frozenset({("model", "v1/what-if"), ("model", "v1/predict")})
_TAKEN_ALONG: Final = ("accept", "if-none-match", "last-event-id")
_PASSED_ON: Final = (
    *("content-type", "content-disposition", "etag", "link", "retry-after"),
    *("x-next-cursor", "x-simulated"),
)
_EVENTS: Final = "text/event-stream"
_ADVICE: Final = "`sh setup.sh status` shows what runs, `sh setup.sh` starts it"


class Proxy:
    """Asks an API by its name and hands its answer on."""

    def __init__(self, addresses: dict[str, str], key: str) -> None:
        self._addresses = addresses
        headers = {"X-API-Key": key, "Accept-Encoding": "identity"}
        self._client = httpx.AsyncClient(timeout=TIMEOUT, limits=_LIMITS, headers=headers, trust_env=False)
        self._streams = httpx.AsyncClient(
            timeout=_STREAM_TIMEOUT, limits=_STREAM_LIMITS, headers=headers, trust_env=False
        )

    async def close(self) -> None:
        """Give the connections back."""
        await self._client.aclose()
        await self._streams.aclose()

    async def __call__(self, request: Request) -> Response:
        """`/api/{name}/{path}?{query}` to the API of that name."""
        name, path = request.path_params["name"], request.path_params["path"]
        address = self._addresses.get(name)
        if address is None or not _PATH.fullmatch(path):
            return problem(404, f"there is no {name}/{path}", "not_found", hint="see docs/api.md")
        if request.method == "POST" and (name, path) not in POSTS:
            return problem(405, f"{name}/{path} is only read here", headers={"Allow": "GET"})
        check_origin(request)
        body = await body_of(request)
        try:
            return await _handed_on(await self._send(request, f"{address}/{path}", body))
        except httpx.PoolTimeout:
            return problem(503, "too many requests wait already", "too_busy", {"Retry-After": "1"})
        except httpx.TimeoutException as error:
            log.warning("%s: %r", address, error)
            return problem(504, f"the {name} API takes too long to answer", "upstream_timeout", hint=_ADVICE)
        except httpx.HTTPError as error:
            log.warning("%s: %r", address, error)
            return problem(502, f"the {name} API does not answer", "upstream_unavailable", hint=_ADVICE)

    async def _send(self, request: Request, address: str, body: bytes | None) -> httpx.Response:
        headers = {each: request.headers[each] for each in _TAKEN_ALONG if each in request.headers}
        headers["x-request-id"] = correlation_id.get() or ""  # ours, so that both logs tell of one request
        client = self._streams if _EVENTS in headers.get("accept", "") else self._client
        asked = client.build_request(
            "GET" if body is None else "POST",
            address,
            params=httpx.QueryParams(request.url.query),
            headers=headers if body is None else headers | {"content-type": "application/json"},
            content=body,
        )
        return await client.send(asked, stream=True)


async def _handed_on(answer: httpx.Response) -> Response:
    headers = {each: answer.headers[each] for each in _PASSED_ON if each in answer.headers}
    length = answer.headers.get("content-length")
    if length is not None and int(length) <= _WHOLE:
        try:
            return Response(await answer.aread(), answer.status_code, headers)
        finally:
            await answer.aclose()
    return StreamingResponse(_pieces(answer), answer.status_code, headers)


async def _pieces(answer: httpx.Response) -> AsyncIterator[bytes]:
    try:
        async for piece in answer.aiter_raw():
            yield piece
    except httpx.HTTPError as error:
        log.warning("%s ended: %r", answer.url.path, error)
        # A browser opens a stream of events again by itself; of anything else half would pass for the whole.
        if not answer.headers.get("content-type", "").startswith(_EVENTS):
            raise
    finally:
        await answer.aclose()
