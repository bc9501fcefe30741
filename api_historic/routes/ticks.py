"""Sampled ticks: pages, the newest ones, whole periods, and their statistics."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request, Response

from api_historic.deps import (
    CatalogueNeeded,
    Cursor,
    ExchangeName,
    Limit,
    PlacesNeeded,
    StoresNeeded,
    SymbolName,
    WantedFormat,
    WantedPageFormat,
    WantedPeriod,
    WantedSpan,
)
from api_historic.exports import export
from api_historic.feeds import Feed, tick_feed
from api_historic.newest import answer_newest
from api_historic.pages import Asked, answer_page
from api_historic.remembered import RememberingRoute
from api_historic.schemas import LatestTicks, TickPage, TickStatistics
from api_historic.statistics import answer_statistics
from web.etags import UNCHANGED
from web.media_types import CONTENT, MEDIA_TYPES

router = APIRouter(tags=["ticks"], route_class=RememberingRoute)


def wanted_ticks(
    held: StoresNeeded, known: CatalogueNeeded, symbol: SymbolName, exchange: ExchangeName = None
) -> Feed:
    """The samples of the market that the request names."""
    return tick_feed(held.ticks, known.of_symbol(exchange, symbol)[0].exchange, symbol)


WantedTicks = Annotated[Feed, Depends(wanted_ticks)]


@router.get(
    "/ticks", response_class=Response, responses={200: {"model": TickPage, "content": CONTENT}, **UNCHANGED}
)
def ticks(
    request: Request,
    wanted: WantedTicks,
    period: WantedPeriod,
    form: WantedPageFormat,
    limit: Limit = 500,
    cursor: Cursor = None,
) -> Response:
    """Best bid and ask with quantities and the last price, sampled once a second, taken in `[start, end)`."""
    return answer_page(request, Asked(wanted, period, form, limit, cursor))


@router.get("/ticks/latest", response_class=Response, responses={200: {"model": LatestTicks}})
def latest_ticks(
    held: StoresNeeded,
    wanted: WantedTicks,
    limit: Annotated[int, Query(ge=1, le=100, description="how many")] = 1,
) -> Response:
    """The newest samples, oldest first, with their age by the market clock."""
    return answer_newest(wanted, wanted.time, held.clock(wanted.identity["exchange"]), limit)


@router.get(
    "/ticks/describe", response_class=Response, responses={200: {"model": TickStatistics}, **UNCHANGED}
)
def tick_statistics(
    request: Request, places: PlacesNeeded, wanted: WantedTicks, span: WantedSpan
) -> Response:
    """Count, mean, std, min, quartiles and max of every numeric column of a period of any length."""
    return answer_statistics(request, wanted, span, places)


@router.get(
    "/ticks/export",
    response_class=Response,
    responses={200: {"content": CONTENT | {MEDIA_TYPES["json"]: {}}}},
)
def export_ticks(places: PlacesNeeded, wanted: WantedTicks, span: WantedSpan, form: WantedFormat) -> Response:
    """The whole period in one file, oldest first, streamed; cut off as `/v1/klines/export` says."""
    return export(wanted, form, span, places)
