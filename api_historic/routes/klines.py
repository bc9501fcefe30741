"""Klines: pages, the newest ones, and their statistics."""

from __future__ import annotations

from typing import Annotated

import orjson
from fastapi import APIRouter, Query, Request, Response

from api_historic.deps import (
    SIMULATED,
    Cursor,
    Limit,
    StoresNeeded,
    WantedFormat,
    WantedPeriod,
    WantedSeries,
)
from api_historic.formats import FORMATS
from api_historic.pages import CONTENT, answer_page, read_page
from api_historic.schemas import KlinePage, KlineStatistics, LatestKlines
from api_historic.statistics import describe, period_columns
from market.interval import END_OF_TIME, Series

router = APIRouter(tags=["klines"])


def _identity(series: Series) -> dict[str, str]:
    return {"exchange": series.exchange, "symbol": series.symbol, "interval": str(series.interval)}


@router.get("/klines", response_class=Response, responses={200: {"model": KlinePage, "content": CONTENT}})
def klines(
    request: Request,
    held: StoresNeeded,
    wanted: WantedSeries,
    period: WantedPeriod,
    form: WantedFormat,
    limit: Limit = 500,
    cursor: Cursor = None,
) -> Response:
    """Candles that open in `[start, end)`, closed or confirmed, as JSON, CSV, NDJSON or an Arrow stream.

    Follow `next_cursor` (or the `Link` header) until it is null: the pages together are the whole period,
    without a row twice.
    """
    series = wanted.series
    rows, following = read_page(
        lambda start, end, most, newest: held.klines.read(series, start, end, limit=most, newest=newest),
        period,
        limit,
        cursor,
        "open_time",
    )
    return answer_page(request, form, rows, "klines", _identity(series), period, following)


@router.get("/klines/latest", response_class=Response, responses={200: {"model": LatestKlines}})
def latest_klines(
    held: StoresNeeded,
    wanted: WantedSeries,
    limit: Annotated[int, Query(ge=1, le=100, description="how many")] = 1,
) -> Response:
    """The newest closed candles, oldest first, with their age by the market clock."""
    rows = held.klines.read(wanted.series, 0, END_OF_TIME, limit=limit, newest=True)
    market_time = held.clock(wanted.series.exchange).now()
    age = market_time - rows.column("close_time")[-1].as_py() if rows.num_rows else None
    head = {
        **_identity(wanted.series),
        "simulated": wanted.series.exchange == SIMULATED,
        "market_time": market_time,
        "age_ms": age,
    }
    form = FORMATS["json"]
    return Response(form.encode(rows, head, "klines"), media_type=form.media_type)


@router.get("/klines/stats", response_class=Response, responses={200: {"model": KlineStatistics}})
def kline_statistics(held: StoresNeeded, wanted: WantedSeries, period: WantedPeriod) -> Response:
    """Count, mean, std, min, quartiles and max of every numeric column of a period."""
    edges, columns = period_columns(held.klines, wanted.series, period)
    body = {
        **_identity(wanted.series),
        "simulated": wanted.series.exchange == SIMULATED,
        "start": edges[0] if edges else None,
        "end": edges[1] if edges else None,
        "columns": {name: describe(values) for name, values in columns.items()},
    }
    return Response(orjson.dumps(body), media_type="application/json")
