"""How good the decisions have been."""

from __future__ import annotations

from fastapi import APIRouter, Response

from market.decision import Role
from market.ports import DecisionFilter
from model_service.deps import ChosenPeriod, ChosenSeries, ServiceNeeded
from model_service.shapes.problems import refusals
from model_service.shapes.track_record import TrackRecord
from model_service.track_record import ledger_pages, track_record
from model_service.views import answer, series_view

router = APIRouter(tags=["track record"])


@router.get(
    "/track-record",
    summary="Counts, accuracy, net returns and calibration by series",
    response_model=TrackRecord,
    responses=refusals(422),
)
def read_track_record(
    parts: ServiceNeeded, chosen: ChosenSeries, period: ChosenPeriod, role: Role = Role.CHAMPION
) -> Response:
    """Only the ledger counts: what was decided before its outcome could be known."""
    records = []
    for series in sorted({record.series for record in parts.decisions.models() if record.role is role}):
        if chosen.fits(series):
            wanted = DecisionFilter(
                exchange=series.exchange, symbol=series.symbol, interval=series.interval.name, role=role,
                start=period.start, end=period.end,
            )  # fmt: skip
            found = list(ledger_pages(parts.decisions, wanted))
            records.append(series_view(series) | {"role": role} | track_record(found))
    return answer({"track_record": records})
