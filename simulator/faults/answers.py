"""Answers that are refused, broken off, late or no JSON."""

from __future__ import annotations

import asyncio
from enum import StrEnum
from typing import Final

from aiohttp import web
from pydantic import Field

from simulator.faults.trigger import Trigger
from simulator.refusal import JSON_TYPE, json_answer, json_text

_HTML: Final = "<html><head><title>{0}</title></head><body><h1>{0}</h1></body></html>"
_CODES: Final = {  # by status, where the exchange names one
    418: (-1003, "Way too much request weight used; IP banned until {until}."),
    429: (-1003, "Too much request weight used; current limit is 6000 request weight per 1 MINUTE."),
    451: (0, "Service unavailable from a restricted location according to 'b. Eligibility'."),
}
# Status and text of each error code.
ERRORS: Final = {
    -1000: (500, "An unknown error occurred while processing the request."),
    -1001: (500, "Internal error; unable to process your request. Please try again."),
    -1003: (429, _CODES[429][1]),
    -1006: (500, "An unexpected response was received from the message bus. Execution status unknown."),
    -1007: (408, "Timeout waiting for response from backend server. Send status unknown."),
    -1008: (503, "Server is currently overloaded with other requests. Please try again in a few minutes."),
    -1100: (400, "Illegal characters found in parameter 'endTime'; legal range is '^[0-9]{1,20}$'."),
    -1101: (400, "Too many parameters sent for this endpoint."),
    -1102: (400, "Mandatory parameter 'symbol' was not sent, was empty/null, or malformed."),
    -1120: (400, "Invalid interval."),
    -1121: (400, "Invalid symbol."),
}
_PIECES: Final = 50


class FaultKind(StrEnum):
    """What happens instead of the answer."""

    STATUS = "status"  # JSON for 418, 429 and 451, HTML for other codes unless `json_body`
    ERROR = "error"  # the exchange's own error `code`
    HTML = "html"  # HTML with status 200
    TRUNCATED = "truncated"  # the first half of the body, as a complete answer
    EMPTY = "empty"  # status 200 without a body
    CONTENT_TYPE = "content_type"  # the right body, said to be plain text
    RESET = "reset"  # the connection ends before the answer
    CUT = "cut"  # the connection ends inside the body
    HANG = "hang"  # no answer for `seconds`
    DRIP = "drip"  # the body comes in pieces over `seconds`
    DROP_STREAMS = "drop_streams"  # at once: every WebSocket is cut


class Fault(Trigger):
    """Spoils answers whose path begins with `path`, and of one `symbol` only if it is given."""

    kind: FaultKind
    path: str = "/api/"
    symbol: str = "*"
    status: int = Field(500, ge=400, le=599)
    code: int = -1000
    json_body: bool = False
    retry_after: int = Field(1, ge=0)
    seconds: float = Field(60, gt=0, le=120)  # of wall time: the client's patience is measured in it

    def fits(self, request: web.Request) -> bool:
        """Whether this fault is meant for this request."""
        return request.path.startswith(self.path) and self.symbol in ("*", request.query.get("symbol"))


async def spoilt(fault: Fault, request: web.Request, answer: web.StreamResponse) -> web.StreamResponse:
    """What the client gets in place of `answer`."""
    body = answer.body if isinstance(answer, web.Response) and isinstance(answer.body, bytes) else b""
    if fault.kind is FaultKind.STATUS:
        return refused(fault.status, fault.retry_after, json_body=fault.json_body)
    if fault.kind is FaultKind.ERROR:
        return _error(fault)
    if fault.kind is FaultKind.HTML:
        return web.Response(text=_HTML.format("Welcome"), content_type="text/html")
    if fault.kind is FaultKind.TRUNCATED:
        return json_text(body[: len(body) // 2])
    if fault.kind is FaultKind.CONTENT_TYPE:
        return web.Response(body=body, content_type="text/plain")
    if fault.kind is FaultKind.HANG:
        await asyncio.sleep(fault.seconds)
        return answer
    if fault.kind in (FaultKind.RESET, FaultKind.CUT, FaultKind.DRIP):
        return await _in_pieces(fault, request, body)
    return json_text(b"")


def refused(status: int, retry_after: int, json_body: bool = False) -> web.Response:
    """The exchange's own words for a status."""
    if status not in _CODES and not json_body:
        return web.Response(text=_HTML.format(status), content_type="text/html", status=status)
    code, message = _CODES.get(status, (-1000, ERRORS[-1000][1]))
    headers = {"Retry-After": str(retry_after)} if status in (418, 429) else {}
    return json_answer({"code": code, "msg": message.format(until=f"in {retry_after} s")}, status, headers)


def _error(fault: Fault) -> web.Response:
    status, message = ERRORS.get(fault.code, (400, f"Error {fault.code}."))
    headers = {"Retry-After": str(fault.retry_after)} if status == 429 else {}
    return json_answer({"code": fault.code, "msg": message}, status, headers)


async def _in_pieces(fault: Fault, request: web.Request, body: bytes) -> web.StreamResponse:
    """A body that drips, or a connection that ends before or inside it."""
    answer = web.StreamResponse(headers={"Content-Type": JSON_TYPE, "Content-Length": str(len(body))})
    if fault.kind is not FaultKind.RESET:
        await answer.prepare(request)
        pieces = _PIECES if fault.kind is FaultKind.DRIP else 2
        for at in range(pieces):
            await answer.write(body[len(body) * at // pieces : len(body) * (at + 1) // pieces])
            if fault.kind is FaultKind.CUT:
                break
            await asyncio.sleep(fault.seconds / pieces)
    if fault.kind is not FaultKind.DRIP and request.transport is not None:
        request.transport.abort()
    return answer
