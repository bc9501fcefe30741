"""The recorded ledger under other settings."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated

from fastapi import APIRouter, Body, Response

from market.errors import InvalidInput
from market.interval import END_OF_TIME, Series, parse_time
from model_service.deps import Service, ServiceNeeded, known_series
from model_service.holding import Holding
from model_service.ledger import Scribe
from model_service.shapes.what_if import WhatIf, WhatIfRequest
from model_service.track.comparison import compared
from model_service.views import answer, series_view
from model_service.what_if import Settings, decided_again, minds, read_past
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
    start, end = _period(asked)
    past = read_past(
        parts.klines, parts.decisions, series, asked.role, start, end,
        lambda time: _held(parts, series, asked, time), asked.horizon,
    )  # fmt: skip
    known = minds(parts.decisions.models(series), parts.shelf, past.rows)
    rulings = decided_again(past, known, settings)
    about = {
        "role": asked.role,
        "first": past.rows[0].open_time,
        "last": past.rows[-1].open_time,
        "decisions": len(past.rows),
        "settings": asdict(settings),
    }
    return answer(series_view(series) | about | compared(past, rulings, known, settings, asked.points))


def _period(asked: WhatIfRequest) -> tuple[int, int]:
    start = 0 if asked.start is None else parse_time(str(asked.start))
    end = END_OF_TIME if asked.end is None else parse_time(str(asked.end))
    if end <= start:
        raise InvalidInput(f"end ({asked.end}) must be after start ({asked.start})")
    return start, end


def _held(parts: Service, series: Series, asked: WhatIfRequest, time: int) -> Holding:
    scribe = Scribe(parts.klines, parts.decisions, parts.shelf, parts.clock, late_after_ms=0)
    return scribe.holding_before(series, asked.role, time)
