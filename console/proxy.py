"""The way from the page to the two APIs: reading only, with the key added on this side."""

from __future__ import annotations

import logging
import re
from typing import Final

import httpx
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

log = logging.getLogger(__name__)

TIMEOUT: Final = httpx.Timeout(10.0, connect=2.0)
_PATH: Final = re.compile(r"[A-Za-z0-9_-]+(/[A-Za-z0-9_.:-]*[A-Za-z0-9_:-])*")
_PASSED_ON: Final = ("content-type", "retry-after", "link", "x-next-cursor", "x-simulated")


def problem(status: int, title: str, detail: str, code: str, hint: str) -> Response:
    """An error as problem details, like the APIs' own."""
    body = {
        "type": "about:blank",
        "title": title,
        "status": status,
        "detail": detail,
        "code": code,
        "hint": hint,
    }
    return JSONResponse(body, status_code=status, media_type="application/problem+json")


class Proxy:
    """Asks an API by its name and hands its answer on."""

    def __init__(self, addresses: dict[str, str], key: str) -> None:
        self._addresses = addresses
        self._client = httpx.AsyncClient(timeout=TIMEOUT, headers={"X-API-Key": key}, trust_env=False)

    async def close(self) -> None:
        """Give the connections back."""
        await self._client.aclose()

    async def __call__(self, request: Request) -> Response:
        """`/api/{name}/{path}?{query}` to the API of that name."""
        name, path = request.path_params["name"], request.path_params["path"]
        address = self._addresses.get(name)
        if address is None or not _PATH.fullmatch(path):
            return problem(404, "Not Found", f"there is no {name}/{path}", "not_found", "see docs/api.md")
        try:
            answer = await self._client.get(f"{address}/{path}", params=httpx.QueryParams(request.url.query))
        except httpx.TimeoutException as error:
            log.warning("%s: %r", address, error)
            return _away(
                504, "Gateway Timeout", f"the {name} API takes too long to answer", "upstream_timeout"
            )
        except httpx.HTTPError as error:
            log.warning("%s: %r", address, error)
            return _away(502, "Bad Gateway", f"the {name} API does not answer", "upstream_unavailable")
        headers = {each: answer.headers[each] for each in _PASSED_ON if each in answer.headers}
        return Response(answer.content, answer.status_code, headers)


def _away(status: int, title: str, detail: str, code: str) -> Response:
    return problem(
        status, title, detail, code, "`sh setup.sh status` shows what runs, `sh setup.sh` starts it"
    )
