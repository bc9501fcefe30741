"""Models, their cards, and the order to train."""

from __future__ import annotations

from typing import Annotated, Final

from fastapi import APIRouter, Body, Response
from pydantic import BaseModel, ConfigDict, Field
from starlette.exceptions import HTTPException

from market.interval import HOUR
from model_service.deps import Exchange, IntervalName, ServiceNeeded, Symbol, known_series
from model_service.jobs import UNFINISHED, new_job
from model_service.views import answer, job_view, model_view

router = APIRouter(prefix="/models", tags=["models"])
# A job that was killed outright never ends; training takes minutes, so an hour later it may be started again.
_DEAD_AFTER_MS: Final = HOUR


class TrainRequest(BaseModel):
    """Which series to train; `force` also where the model in use is current."""

    model_config = ConfigDict(extra="forbid")

    exchange: str = Field(max_length=32, examples=["simulated"])
    symbol: str = Field(max_length=40, examples=["BTCUSDT"])
    interval: str = Field(max_length=4, examples=["1h"])
    force: bool = False


@router.get("", summary="Registered models, newest first")
def list_models(
    parts: ServiceNeeded,
    exchange: Exchange = None,
    symbol: Symbol = None,
    interval: IntervalName = None,
    active: bool = False,
) -> Response:
    """With `active=true` only the models in use."""
    wanted = {"exchange": exchange, "symbol": symbol, "interval": interval}
    views = [model_view(record) for record in parts.decisions.models(active_only=active)]
    kept = [view for view in views if all(asked in (None, view[name]) for name, asked in wanted.items())]
    return answer({"models": kept})


@router.post("/train", status_code=202, summary="Start training in a process of its own")
def start(parts: ServiceNeeded, order: Annotated[TrainRequest, Body()]) -> Response:
    """202 with the job, whose progress is at `/jobs/{id}`; 409 while the series is being trained."""
    series = known_series(parts, order.exchange, order.symbol, order.interval)
    now = parts.clock(series.exchange).now()
    running = [
        job
        for job in parts.decisions.jobs()
        if job.series == str(series) and job.state in UNFINISHED and now - job.started_at < _DEAD_AFTER_MS
    ]
    if running:
        raise HTTPException(409, f"{series} is being trained: see /jobs/{running[0].job_id}")
    job = new_job(series, now)
    parts.decisions.save_job(job)
    parts.start_training([job], order.force)
    return answer(job_view(job), 202)


@router.get("/{model_id}", summary="A model with its card")
def card(parts: ServiceNeeded, model_id: str) -> Response:
    """The card: data, parameters, metrics beside their baselines, verdict."""
    for record in parts.decisions.models():
        if record.model_id == model_id:
            return answer(model_view(record) | {"card": dict(record.card), "files": dict(record.files)})
    raise HTTPException(404, f"no model {model_id!r}: GET /models lists them")
