"""Models, their cards, and the order to train."""

from __future__ import annotations

from typing import Annotated, Final

from fastapi import APIRouter, Body, Depends, Path, Query, Response
from starlette.exceptions import HTTPException

from market.interval import HOUR
from model_service.deps import ChosenSeries, ServiceNeeded, known_series
from model_service.jobs import UNFINISHED, new_job
from model_service.shapes.asked import TrainRequest
from model_service.shapes.jobs import JobShape
from model_service.shapes.models import ModelList, ModelWithCard
from model_service.views import answer, job_view, model_view
from web.access import may_operate
from web.refusals import refusals

router = APIRouter(prefix="/models", tags=["models"])
# A job that was killed outright never ends; training takes minutes, so an hour later it may be started again.
_DEAD_AFTER_MS: Final = HOUR


@router.get("", summary="Registered models, newest first", response_model=ModelList, responses=refusals(422))
def list_models(
    parts: ServiceNeeded,
    chosen: ChosenSeries,
    active: Annotated[bool, Query(description="only the models in use")] = False,
) -> Response:
    """Every model that was ever put in charge, and those that were blocked."""
    records = parts.decisions.models(active_only=active)
    return answer({"models": [model_view(record) for record in records if chosen.fits(record.series)]})


@router.post(
    "/train",
    status_code=202,
    summary="Start training in a process of its own",
    response_model=JobShape,
    responses=refusals(400, 403, 404, 409, 413, 422),
    dependencies=[Depends(may_operate)],
)
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
        raise HTTPException(409, f"{series} is being trained: see /v1/jobs/{running[0].job_id}")
    job = new_job(series, now)
    parts.decisions.save_job(job)
    parts.start_training([job], order.force)
    return answer(job_view(job), 202)


@router.get(
    "/{model_id}",
    summary="A model with its card",
    response_model=ModelWithCard,
    responses=refusals(404, 422),
)
def card(
    parts: ServiceNeeded,
    model_id: Annotated[str, Path(max_length=80, examples=["btcusdt-1h-champion-9f86d081884c7d65"])],
) -> Response:
    """The card: data, parameters, metrics beside their baselines, verdict."""
    for record in parts.decisions.models():
        if record.model_id == model_id:
            return answer(model_view(record) | {"card": dict(record.card), "files": dict(record.files)})
    raise HTTPException(404, f"no model {model_id!r}: GET /v1/models lists them")
