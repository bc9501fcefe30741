"""Faults on demand: what the next answers are spoilt with."""

from __future__ import annotations

import asyncio
from enum import StrEnum
from typing import Final

from aiohttp import web
from pydantic import BaseModel, ConfigDict, Field

from simulator.refusal import json_answer, json_text

_LONGEST_HANG_S: Final = 60
_HTML: Final = "<html><head><title>{0}</title></head><body><h1>{0}</h1></body></html>"
_MESSAGES: Final = {
    418: (-1003, "Way too much request weight used; IP banned until {until}."),
    429: (-1003, "Too much request weight used; current limit is 6000 request weight per 1 MINUTE."),
    451: (0, "Service unavailable from a restricted location according to 'b. Eligibility'."),
}


class FaultKind(StrEnum):
    """What happens instead of the answer."""

    STATUS = "status"  # JSON for 418, 429 and 451, HTML for other codes
    HTML = "html"  # HTML with status 200
    TRUNCATED = "truncated"  # the first half of the body, as a complete answer
    EMPTY = "empty"  # status 200 without a body
    HANG = "hang"  # no answer for a minute
    DROP_STREAMS = "drop_streams"  # at once: every WebSocket is cut


class Fault(BaseModel):
    """Spoils `count` answers whose path begins with `path`, once `after` such answers went by unspoilt."""

    model_config = ConfigDict(extra="forbid")
    kind: FaultKind
    count: int = Field(1, ge=1)
    after: int = Field(0, ge=0)
    path: str = "/api/"
    status: int = Field(500, ge=400, le=599)
    retry_after: int = Field(1, ge=0)


class FaultPlan:
    """Faults in the order they were asked for; the first that fits an answer is used."""

    def __init__(self) -> None:
        self._waiting: list[Fault] = []

    def add(self, fault: Fault) -> None:
        """Arm a fault."""
        self._waiting.append(fault.model_copy())

    def clear(self) -> None:
        """Disarm all."""
        self._waiting.clear()

    def next_for(self, path: str) -> Fault | None:
        """The fault that spoils this answer, if any; counts it."""
        fault = next((each for each in self._waiting if path.startswith(each.path)), None)
        if fault is None:
            return None
        if fault.after:
            fault.after -= 1
            return None
        fault.count -= 1
        if not fault.count:
            self._waiting.remove(fault)
        return fault


async def spoilt(fault: Fault, answer: web.StreamResponse) -> web.StreamResponse:
    """What the client gets in place of `answer`."""
    if fault.kind is FaultKind.STATUS:
        return refused(fault.status, fault.retry_after)
    if fault.kind is FaultKind.HTML:
        return web.Response(text=_HTML.format("Welcome"), content_type="text/html")
    if fault.kind is FaultKind.EMPTY:
        return json_text(b"")
    if fault.kind is FaultKind.HANG:
        await asyncio.sleep(_LONGEST_HANG_S)
        return answer
    body = answer.body if isinstance(answer, web.Response) else b""
    return json_text(body[: len(body) // 2] if isinstance(body, bytes) else b"")


def refused(status: int, retry_after: int) -> web.Response:
    """The exchange's own words for a status."""
    if status not in _MESSAGES:
        return web.Response(text=_HTML.format(status), content_type="text/html", status=status)
    code, message = _MESSAGES[status]
    headers = {} if status == 451 else {"Retry-After": str(retry_after)}
    return json_answer({"code": code, "msg": message.format(until=f"in {retry_after} s")}, status, headers)
