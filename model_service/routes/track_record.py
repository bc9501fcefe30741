"""How good the decisions have been."""

from __future__ import annotations

from typing import Annotated, Any, Final

from fastapi import APIRouter, Query, Response
from starlette.exceptions import HTTPException

from market.decision import Role
from market.interval import Series
from model_service.deps import ChosenPeriod, ChosenSeries, OneSeries, Service, ServiceNeeded
from model_service.shapes.track_record import Profit, TrackRecord
from model_service.track.profit import followed, profit_view
from model_service.track_record import track_record
from model_service.views import answer, series_view
from web.refusals import refusals

router = APIRouter(prefix="/track-record", tags=["track record"])
_NAMED: Final = 20


@router.get(
    "",
    summary="Wins, losses and calibration by series, beside base rate and persistence",
    response_model=TrackRecord,
    responses=refusals(422),
)
def read_track_record(
    parts: ServiceNeeded, chosen: ChosenSeries, period: ChosenPeriod, role: Role = Role.CHAMPION
) -> Response:
    """Only the ledger counts: what was decided before its outcome could be known. Nothing is left out."""
    records = []
    for series in filter(chosen.fits, parts.decisions.spoken_for(role)):
        figures = track_record(parts.decisions.tally(series, role, period.first, period.last))
        candles = {"candles": _candles(parts, series, role, period.first, period.last)}
        records.append(series_view(series) | {"role": role} | figures | candles)
    return answer({"track_record": records})


@router.get(
    "/profit",
    summary="What following the decisions would have earned, beside buy-and-hold",
    response_model=Profit,
    responses=refusals(404, 422),
)
def read_profit(
    parts: ServiceNeeded,
    series: OneSeries,
    period: ChosenPeriod,
    role: Role = Role.CHAMPION,
    points: Annotated[int, Query(ge=2, le=2_000, description="of the curves")] = 300,
) -> Response:
    """Filled at the next open, fees and slippage paid, flat candles counted; at most 600,000 candles."""
    found = followed(parts.klines, parts.decisions, series, role, period.start, period.end)
    if found is None:
        raise HTTPException(
            404, f"{series} {role}: no decision to follow there yet; GET /v1/decisions lists them"
        )
    made, _, costs = found
    return answer(series_view(series) | {"role": role} | profit_view(made, series.interval, costs, points))


def _candles(parts: Service, series: Series, role: Role, start: int, end: int) -> dict[str, Any] | None:
    """Whether every closed candle since the ledger began was decided; what was not is named."""
    span = parts.decisions.span(series, role, start, end)
    if span is None:
        return None
    undecided = parts.decisions.undecided(series, role, span.first, _NAMED) if span.undecided else []
    holes = [hole for hole in parts.klines.holes(series) if span.first <= hole.start <= span.last]
    return {
        "first": span.first,
        "last": span.last,
        "closed": span.candles,
        "decided": span.decided,
        "undecided": span.undecided,
        "undecided_at": [time for time in undecided if time <= span.last],
        "withdrawn": span.withdrawn,
        "missing": sum(hole.bars for hole in holes),
        "holes": [
            {"start": hole.start, "end": hole.end, "bars": hole.bars, "reason": hole.reason}
            for hole in holes[:_NAMED]
        ],
    }
