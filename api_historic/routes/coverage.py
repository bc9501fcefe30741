"""How complete a series is, and what the exchange changed afterwards."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Response

from api_historic.deps import CensusNeeded, StoresNeeded, WantedSeries
from api_historic.feeds import SIMULATED
from api_historic.schemas import CoverageReport, HoleRow, RangeRow, RevisionReport, RevisionRow
from web.simulated import header

router = APIRouter(tags=["quality"])


@router.get("/coverage")
def coverage(
    response: Response, held: StoresNeeded, counted: CensusNeeded, series: WantedSeries
) -> CoverageReport:
    """Ranges that were read and confirmed, and the holes in them with their reasons."""
    response.headers.update(header(series.exchange == SIMULATED))
    holes = held.klines.holes(series)
    return CoverageReport(
        exchange=series.exchange,
        symbol=series.symbol,
        interval=str(series.interval),
        simulated=series.exchange == SIMULATED,
        rows=counted.rows(series),
        missing_bars=sum(each.bars for each in holes),
        ranges=[
            RangeRow(start=each.start, end=each.end, source=each.source)
            for each in held.klines.coverage(series)
        ],
        holes=[
            HoleRow(
                start=each.start, end=each.end, bars=each.bars, reason=each.reason, evidence=each.evidence
            )
            for each in holes
        ],
    )


@router.get("/revisions")
def revisions(
    response: Response,
    held: StoresNeeded,
    series: WantedSeries,
    offset: Annotated[int, Query(ge=0, le=10_000_000, description="how many to skip")] = 0,
    limit: Annotated[int, Query(ge=1, le=1000)] = 500,
) -> RevisionReport:
    """Confirmed candles that the exchange changed or withdrew later, in the order they were found."""
    response.headers.update(header(series.exchange == SIMULATED))
    found = held.klines.revisions(series)
    return RevisionReport(
        exchange=series.exchange,
        symbol=series.symbol,
        interval=str(series.interval),
        simulated=series.exchange == SIMULATED,
        total=len(found),
        revisions=[
            RevisionRow(
                open_time=each.open_time,
                old=each.old,
                new=each.new,
                source=each.source,
                detected_at=each.detected_at,
            )
            for each in found[offset : offset + limit]
        ],
    )
