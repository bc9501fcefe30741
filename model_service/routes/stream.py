"""New decisions and outcomes as they are recorded."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Header, Query, Request, Response

from market.errors import StoreUnavailable
from market.interval import Interval, Series
from market.ports import Change
from model_service.deps import Exchange, IntervalName, SeriesChoice
from model_service.news import DECISIONS
from web.event_stream import CONTENT, EventStream
from web.refusals import refusals
from web.symbols import symbols_of

router = APIRouter(tags=["decisions"])


@router.get(
    "/stream",
    summary="New decisions and outcomes, as server-sent events",
    response_class=Response,
    response_model=None,
    responses={200: {"description": "events until one side ends it", "content": CONTENT}, **refusals(422)},
)
async def stream(
    request: Request,
    exchange: Exchange = None,
    symbols: Annotated[
        str | None, Query(max_length=1_000, description="comma list; all when left out", examples=["BTCUSDT"])
    ] = None,
    interval: IntervalName = None,
    last_event_id: Annotated[
        str | None,
        Header(max_length=60, description="`id` of the last event heard", examples=["0b5c2d1e-4711"]),
    ] = None,
) -> Response:
    """`event: decision` and `event: outcome`, each with one row of `/v1/decisions` as `data`.

    An outcome has its decision in it; what is told twice has the same `id` inside. `Last-Event-ID` goes on
    where a stream ended. `event: range` tells of more than 500 rows at once, `event: reset` that too much was
    missed or a backup was put back: read them over REST.
    """
    broadcast = getattr(request.app.state, "broadcast", None)
    if broadcast is None:
        raise StoreUnavailable("this service does not follow the change log")
    names = tuple(symbols_of(symbols) or ())
    chosen = SeriesChoice(exchange, names, None if interval is None else Interval(interval).name)

    def wants(line: Change) -> bool:
        return line.stream == DECISIONS and chosen.fits(Series.parse(line.series))

    return EventStream(broadcast, wants, last_event_id)
