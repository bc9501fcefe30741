"""What routes depend on: the stores, the key, the series and the period of a request."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Literal

from fastapi import Depends, Query, Request

from api_historic.catalogue import Catalogue
from api_historic.census import Census
from api_historic.formats import ARRAYS, FORMATS, JSON, Format
from market.errors import InvalidInput
from market.interval import END_OF_TIME, Series, parse_time
from market.ports import ChangeLog, Clock, KlineStore, TickStore
from web.media_types import negotiate
from web.streamed_file import Places
from web.symbols import A_SYMBOL


@dataclass(frozen=True, slots=True)
class Stores:
    """What the API reads; `clock` gives the market clock of an exchange."""

    klines: KlineStore
    ticks: TickStore
    changes: ChangeLog
    clock: Callable[[str], Clock]


@dataclass(frozen=True, slots=True)
class Period:
    """Times in `[start, end)`, ms UTC, and the direction of reading."""

    start: int
    end: int
    newest_first: bool

    def after(self, cursor: int | None) -> Period:
        """What is left of the period behind the last row of the page before."""
        if cursor is None:
            return self
        if self.newest_first:
            return Period(self.start, max(self.start, min(self.end, cursor)), True)
        return Period(min(self.end, max(self.start, cursor + 1)), self.end, False)


def stores(request: Request) -> Stores:
    """The stores of this service."""
    held: Stores = request.app.state.stores
    return held


def catalogue(request: Request) -> Catalogue:
    """The stored series."""
    held: Catalogue = request.app.state.catalogue
    return held


def census(request: Request) -> Census:
    """How much is stored of each series."""
    held: Census = request.app.state.census
    return held


def places(request: Request) -> Places:
    """Room for long answers."""
    held: Places = request.app.state.places
    return held


ExchangeName = Annotated[
    str | None,
    Query(
        max_length=40,
        description="may be left out when only one exchange has the symbol",
        examples=["simulated"],
    ),
]
SymbolName = Annotated[str, Query(min_length=1, max_length=40, examples=["BTCUSDT"]), A_SYMBOL]
IntervalName = Annotated[str, Query(min_length=1, max_length=4, examples=["1h"])]
TimeText = Annotated[
    str | None,
    Query(
        max_length=40, description="ms UTC or ISO 8601", examples=["2026-01-01T00:00:00Z", "1767225600000"]
    ),
]


def wanted_series(
    known: Annotated[Catalogue, Depends(catalogue)],
    symbol: SymbolName,
    interval: IntervalName,
    exchange: ExchangeName = None,
) -> Series:
    """The series that the request names."""
    return known.find(exchange, symbol, interval)


def wanted_span(start: TimeText = None, end: TimeText = None) -> Period:
    """The period that the request names: from `start` (included) to `end` (excluded), oldest first."""
    first = parse_time(start) if start is not None else 0
    last = parse_time(end) if end is not None else END_OF_TIME
    if last <= first:
        raise InvalidInput(f"end ({end}) must be after start ({start})")
    return Period(first, last, False)


def wanted_period(
    span: Annotated[Period, Depends(wanted_span)], order: Literal["asc", "desc"] = "asc"
) -> Period:
    """The same in the order asked for."""
    return Period(span.start, span.end, order == "desc")


def wanted_format(
    request: Request,
    format: Annotated[
        Literal["json", "csv", "ndjson", "arrow"] | None,
        Query(description="wins over the Accept header"),
    ] = None,
) -> Format:
    """The format that the request asks for."""
    return FORMATS[negotiate(format, request.headers.get("accept", ""))]


def wanted_page_format(
    form: Annotated[Format, Depends(wanted_format)],
    shape: Annotated[
        Literal["objects", "arrays"],
        Query(description="of JSON: every row an object, or `columns` once and every row an array"),
    ] = "objects",
) -> Format:
    """The format of a page, with the shape of its rows."""
    if shape == "objects":
        return form
    if form is not JSON:
        raise InvalidInput(f"shape=arrays is for JSON, not for {form.name}")
    return ARRAYS


StoresNeeded = Annotated[Stores, Depends(stores)]
CatalogueNeeded = Annotated[Catalogue, Depends(catalogue)]
WantedSeries = Annotated[Series, Depends(wanted_series)]
WantedSpan = Annotated[Period, Depends(wanted_span)]
WantedPeriod = Annotated[Period, Depends(wanted_period)]
WantedFormat = Annotated[Format, Depends(wanted_format)]
WantedPageFormat = Annotated[Format, Depends(wanted_page_format)]
PlacesNeeded = Annotated[Places, Depends(places)]
CensusNeeded = Annotated[Census, Depends(census)]
Limit = Annotated[int, Query(ge=1, le=1000, description="rows on a page")]
Cursor = Annotated[
    int | None,
    Query(ge=0, le=END_OF_TIME, description="`next_cursor` of the page before", examples=[1767225600000]),
]
