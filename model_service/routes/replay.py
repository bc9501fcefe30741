"""Live against replay: what the ledger recorded, decided again."""

from __future__ import annotations

from typing import Annotated, Final

from fastapi import APIRouter, Query, Response

from market.decision import Role
from market.errors import InvalidInput
from model_service.deps import ChosenPeriod, ServiceNeeded, known_series
from model_service.ledger import Scribe
from model_service.replay.report import report_view, summed
from model_service.replay.rerun import rerun
from model_service.shapes.replay import Replay
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
    exchange: Annotated[str, Query(max_length=32, examples=["simulated"])],
    symbol: Annotated[str, Query(max_length=40, examples=["BTCUSDT"])],
    interval: Annotated[str, Query(max_length=4, examples=["1h"])],
    period: ChosenPeriod,
    role: Role = Role.CHAMPION,
) -> Response:
    """The newest 100 candles, or up to 1,000; `python -m model_service replay` takes any range."""
    series = known_series(parts, exchange, symbol, interval)
    step = series.interval.typical_ms
    last = (parts.klines.last_confirmed(series) or 0) + 1 if period.end is None else period.end
    first = last - _DEFAULT * step if period.start is None else period.start
    if last - first > _MOST * step:
        raise InvalidInput(f"start and end hold more than {_MOST:,} candles: choose a shorter period")
    scribe = Scribe(parts.klines, parts.decisions, parts.shelf, parts.clock, 0, parts.ticks)
    report = summed(rerun(scribe, series, role, first, last))
    return answer(series_view(series) | {"role": role} | report_view(report))
