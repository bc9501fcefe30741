"""The recorded ledger under other settings."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated

from fastapi import APIRouter, Body, Response

from market.interval import Series
from model_service.deps import Service, ServiceNeeded, known_series, period_of
from model_service.holding import Holding
from model_service.ledger import Scribe
from model_service.shapes.what_if import WhatIf, WhatIfRequest
from model_service.track.again import decided_again
from model_service.track.comparison import compared
from model_service.views import answer, series_view
from model_service.what_if import Settings, minds, read_past
from web.refusals import refusals

router = APIRouter(tags=["track record"])


@router.post(
    "/what-if",
    summary="Decide the recorded ledger again with other settings",
    response_model=WhatIf,
    responses=refusals(400, 404, 413, 422),
)
def what_if(parts: ServiceNeeded, asked: Annotated[WhatIfRequest, Body()]) -> Response:
    """What would have been missed or avoided; nothing is trained and nothing written.

    Of at most 100,000 decisions; a longer ledger needs `start` or `end`.
    """
    series = known_series(parts, asked.exchange, asked.symbol, asked.interval)
    settings = Settings(
        asked.margin, asked.p_min, asked.exit_below, asked.fee_bp, asked.slippage_bp, asked.horizon,
        asked.cool_down,
    )  # fmt: skip
    period = period_of(asked.start, asked.end)
    past = read_past(
        parts.klines, parts.decisions, series, asked.role, period.first, period.last,
        lambda time: _held(parts, series, asked, time), asked.horizon,
    )  # fmt: skip
    known = minds(parts.decisions.models(series), parts.shelf, past.spoke)
    ruled = decided_again(past, known, settings)
    about = {
        "role": asked.role,
        "first": int(past.times[0]),
        "last": int(past.times[-1]),
        "decisions": past.rows.num_rows,
        "settings": asdict(settings),
    }
    return answer(series_view(series) | about | compared(past, ruled, known, settings, asked.points))


def _held(parts: Service, series: Series, asked: WhatIfRequest, time: int) -> Holding:
    scribe = Scribe(parts.klines, parts.decisions, parts.shelf, parts.clock, late_after_ms=0)
    return scribe.holding_before(series, asked.role, time)
