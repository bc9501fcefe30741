"""Live against replay: what the ledger recorded, decided again."""

from __future__ import annotations

from typing import Annotated, Final

from fastapi import APIRouter, Query, Response

from market.decision import Role
from market.interval import END_OF_TIME, Series
from model_service.deps import ChosenPeriod, OneSeries, Period, Service, ServiceNeeded
from model_service.ledger import Scribe
from model_service.replay.report import report_view, summed
from model_service.replay.rerun import rerun
from model_service.shapes.replay import Replay
from model_service.track.profit import first_decided
from model_service.views import answer, series_view
from web.refusals import refusals

router = APIRouter(prefix="/replay", tags=["track record"])
_MOST: Final = 1_000
_DEFAULT: Final = 100


@router.get(
    "",
    summary="Recorded decisions again, with the cause of every difference",
    response_model=Replay,
    responses=refusals(404, 422),
)
def read_replay(
    parts: ServiceNeeded,
    series: OneSeries,
    period: ChosenPeriod,
    role: Role = Role.CHAMPION,
    cursor: Annotated[
        int | None,
        Query(
            ge=1, le=END_OF_TIME, description="`next_cursor` of the answer before", examples=[1767225600000]
        ),
    ] = None,
) -> Response:
    """The newest 100 candles, or those of the period, 1,000 at a time.

    `start` and `end` say which were looked at, `next_cursor` goes on behind them.
    """
    asked = _asked(parts, series, period)
    first = first_decided(parts.decisions, series, role, max(asked.first, cursor or 0), asked.last)
    start = asked.last if first is None else first
    end = min(asked.last, start + _MOST * series.interval.typical_ms)
    scribe = Scribe(parts.klines, parts.decisions, parts.shelf, parts.clock, 0, parts.ticks)
    report = summed(rerun(scribe, series, role, start, end))
    goes_on = first_decided(parts.decisions, series, role, end, asked.last) is not None
    looked = {"start": start, "end": end, "next_cursor": str(end) if goes_on else None}
    return answer(series_view(series) | {"role": role} | looked | report_view(report))


def _asked(parts: Service, series: Series, period: Period) -> Period:
    """Without a start the newest candles before the end."""
    newest = parts.klines.last_confirmed(series) or 0
    last = newest + 1 if period.end is None else period.end
    first = last - _DEFAULT * series.interval.typical_ms if period.start is None else period.start
    return Period(first, max(first, last))
