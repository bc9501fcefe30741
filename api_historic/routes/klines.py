"""Klines: pages, the newest ones, whole periods, and their statistics."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from api_historic.deps import (
    Cursor,
    Limit,
    PlacesNeeded,
    StoresNeeded,
    WantedFormat,
    WantedPageFormat,
    WantedPeriod,
    WantedSeries,
    WantedSpan,
)
from api_historic.exports import export
from api_historic.feeds import kline_feed
from api_historic.newest import answer_newest
from api_historic.pages import Asked, answer_page
from api_historic.remembered import RememberingRoute
from api_historic.schemas import KlinePage, KlineStatistics, LatestKlines
from api_historic.statistics import answer_statistics
from web.etags import UNCHANGED
from web.media_types import CONTENT, MEDIA_TYPES

router = APIRouter(tags=["klines"], route_class=RememberingRoute)


@router.get(
    "/klines", response_class=Response, responses={200: {"model": KlinePage, "content": CONTENT}, **UNCHANGED}
)
def klines(
    request: Request,
    held: StoresNeeded,
    wanted: WantedSeries,
    period: WantedPeriod,
    form: WantedPageFormat,
    limit: Limit = 500,
    cursor: Cursor = None,
) -> Response:
    """Candles that open in `[start, end)`, closed or confirmed, as JSON, CSV, NDJSON or an Arrow stream.

    Follow `next_cursor` (or the `Link` header) until it is null: the pages together are the whole period,
    without a row twice. Send the `ETag` back in `If-None-Match` and an unchanged page is a 304.
    """
    return answer_page(request, Asked(kline_feed(held.klines, wanted), period, form, limit, cursor))


@router.get("/klines/latest", response_class=Response, responses={200: {"model": LatestKlines}})
def latest_klines(
    held: StoresNeeded,
    wanted: WantedSeries,
    limit: Annotated[int, Query(ge=1, le=100, description="how many")] = 1,
) -> Response:
    """The newest closed candles, oldest first, with their age by the market clock."""
    feed = kline_feed(held.klines, wanted)
    return answer_newest(feed, "close_time", held.clock(wanted.exchange), limit)


@router.get(
    "/klines/describe", response_class=Response, responses={200: {"model": KlineStatistics}, **UNCHANGED}
)
def kline_statistics(
    request: Request, held: StoresNeeded, places: PlacesNeeded, wanted: WantedSeries, span: WantedSpan
) -> Response:
    """Count, mean, std, min, quartiles and max of every numeric column of a period of any length."""
    return answer_statistics(request, kline_feed(held.klines, wanted), span, places)


@router.get(
    "/klines/export",
    response_class=Response,
    responses={200: {"content": CONTENT | {MEDIA_TYPES["json"]: {}}}},
)
def export_klines(
    held: StoresNeeded,
    places: PlacesNeeded,
    wanted: WantedSeries,
    span: WantedSpan,
    form: WantedFormat,
) -> Response:
    """The whole period in one file, oldest first, streamed: JSON, NDJSON, CSV or an Arrow stream.

    A file that was cut off shows it: the transfer lacks its end, JSON is not closed, Arrow has no mark of
    its end.
    """
    return export(kline_feed(held.klines, wanted), form, span, places)
