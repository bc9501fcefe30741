"""The query of a market-data request, checked as the exchange checks it."""

from __future__ import annotations

import re
from typing import Final

import orjson
from aiohttp import web

from market.errors import InvalidInput
from market.interval import Interval
from simulator import refusal
from simulator.paging import DEFAULT_LIMIT, Window, window
from simulator.ports import Listing
from simulator.zones import offset_of

# Letters of any script but no lower case, as the exchange allows since December 2025.
SYMBOL_PATTERN: Final = r"^(?:(?![a-z])[\w\-.]){1,50}$"
STATUSES: Final = ("TRADING", "HALT", "BREAK", "CANCEL_ONLY")
NUMBER_PATTERN: Final = "^[0-9]{1,20}$"
_MICROSECONDS_FROM: Final = 10**14


class Parameters:
    """Reads named parameters; every fault is a `Refusal` with the exchange's code."""

    def __init__(self, request: web.Request, known: frozenset[str]) -> None:
        query = request.query
        if len(set(query)) != len(query):
            raise refusal.duplicate()
        if not set(query) <= known:
            raise refusal.not_all_read(len(set(query) & known), len(query))
        self._query = query

    def text(self, name: str) -> str:
        """A mandatory parameter."""
        value = self._query.get(name, "")
        if not value:
            raise refusal.missing(name)
        return value

    def number(self, name: str) -> int | None:
        """Digits only."""
        value = self._query.get(name)
        if value is None:
            return None
        if not re.match(NUMBER_PATTERN, value):
            raise refusal.illegal_characters(name, NUMBER_PATTERN)
        return int(value)

    def symbol(self, listings: dict[str, Listing]) -> Listing:
        """The mandatory symbol, listed."""
        return _listed(self.text("symbol"), "symbol", listings)

    def symbols(self, listings: dict[str, Listing]) -> list[Listing] | None:
        """`symbol=A`, `symbols=["A","B"]`, or None for neither."""
        if "symbol" in self._query:
            if "symbols" in self._query:
                raise refusal.combination()
            return [self.symbol(listings)]
        if "symbols" not in self._query:
            return None
        try:
            names = orjson.loads(self.text("symbols"))
        except orjson.JSONDecodeError:
            raise refusal.illegal_characters("symbols", r'^\["…"(,"…")*\]$') from None
        if not isinstance(names, list) or not names:
            raise refusal.bad_data("symbols")
        return [_listed(str(name), "symbols", listings) for name in names]

    def status(self, asked: list[Listing] | None) -> str | None:
        """`symbolStatus`; symbols that were named must have it."""
        status = self._query.get("symbolStatus")
        if status is not None and status not in STATUSES:
            raise refusal.bad_data("symbolStatus")
        if status is not None and any(each.status != status for each in asked or ()):
            raise refusal.another_status()
        return status

    def interval(self, listing: Listing) -> Interval:
        """The mandatory interval, served for this symbol."""
        try:
            interval = Interval(self.text("interval"))
        except InvalidInput:
            raise refusal.invalid_interval() from None
        if interval not in listing.intervals:
            raise refusal.invalid_interval()
        return interval

    def window(self) -> Window:
        """`startTime`, `endTime` (ms, or µs from 1e14 on) and `limit`."""
        limit = self.number("limit")
        if limit == 0:
            raise refusal.bad_data("limit")
        start, end = self.time("startTime", up=True), self.time("endTime")
        return window(start, end, DEFAULT_LIMIT if limit is None else limit)

    def time(self, name: str, up: bool = False) -> int | None:
        """ms, from ms or µs; a part of a ms is rounded `up` or away."""
        value = self.number(name)
        if value is None or value < _MICROSECONDS_FROM:
            return value
        return -(-value // 1000) if up else value // 1000

    def offset(self) -> int:
        """`timeZone` in ms east of UTC."""
        offset = offset_of(self._query.get("timeZone", "0"))
        if offset is None:
            raise refusal.bad_data("timeZone")
        return offset


def _listed(name: str, parameter: str, listings: dict[str, Listing]) -> Listing:
    if not re.match(SYMBOL_PATTERN, name):
        raise refusal.illegal_characters(parameter, SYMBOL_PATTERN)
    if name not in listings:
        raise refusal.invalid_symbol()
    return listings[name]


def in_microseconds(request: web.Request) -> bool:
    """Whether the client asks for times in microseconds."""
    return request.headers.get("X-MBX-TIME-UNIT", "").upper() == "MICROSECOND"


def shown_time(request: web.Request, time_ms: int) -> int:
    """A time in the unit the client asks for."""
    return time_ms * 1000 if in_microseconds(request) else time_ms
