"""No request may be mostly head."""

from __future__ import annotations

from http import HTTPStatus

from starlette.types import ASGIApp, Receive, Scope, Send

from web.problems import problem


class HeadLimit:
    """Answers 414 to a longer address and 431 to more bytes of headers."""

    def __init__(self, app: ASGIApp, url: int, headers: int) -> None:
        self._app = app
        self._url = url
        self._headers = headers

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on unless its head is too long."""
        if scope["type"] == "http":
            if len(scope["raw_path"]) + len(scope["query_string"]) > self._url:
                answer = problem(
                    HTTPStatus.REQUEST_URI_TOO_LONG, f"the address has more than {self._url} bytes"
                )
                return await answer(scope, receive, send)
            if sum(len(name) + len(value) for name, value in scope["headers"]) > self._headers:
                status = HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE
                answer = problem(status, f"the headers have more than {self._headers} bytes")
                return await answer(scope, receive, send)
        await self._app(scope, receive, send)
        return None
