"""Models, their cards, and the orders to train one and to put one in charge."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Body, Depends, Path, Query, Request, Response
from starlette.exceptions import HTTPException

from market.decision import Role
from market.errors import InvalidInput
from market.ports import ModelRecord
from model_service.cursors import WantedPage, read_page
from model_service.deps import Service, ServiceNeeded, known_series
from model_service.jobs import DEAD_AFTER_S, new_job
from model_service.shapes.asked import ActivateRequest, TrainRequest
from model_service.shapes.jobs import JobShape
from model_service.shapes.models import ModelList, ModelShape, ModelWithCard
from model_service.views import answer, job_view, model_view, tagged_answer
from web.access import may_operate
from web.etags import UNCHANGED
from web.refusals import refusals

router = APIRouter(prefix="/models", tags=["models"])
ModelId = Annotated[str, Path(max_length=80, examples=["btcusdt-1h-champion-9f86d081884c7d65"])]


@router.get(
    "",
    summary="Registered models, newest first",
    response_model=ModelList,
    responses={**UNCHANGED, **refusals(422)},
)
def list_models(
    request: Request,
    parts: ServiceNeeded,
    page: WantedPage,
    role: Role | None = None,
    active: Annotated[bool, Query(description="only the models in use")] = False,
) -> Response:
    """Every model that was ever put in charge, and those that were blocked; pages by `next_cursor`."""
    records, following = read_page(
        lambda asked: parts.decisions.model_page(asked, role, active_only=active),
        page,
        lambda record: (record.trained_at, record.model_id),
    )
    content = {"models": [model_view(record) for record in records], "next_cursor": following}
    return tagged_answer(request, content)


@router.post(
    "/train",
    status_code=202,
    summary="Start training in a process of its own",
    response_model=JobShape,
    responses=refusals(400, 403, 404, 409, 413, 422),
    dependencies=[Depends(may_operate)],
)
def start_training(parts: ServiceNeeded, order: Annotated[TrainRequest, Body()]) -> Response:
    """202 with the job, whose progress is at `/v1/jobs/{id}`; 409 while the series is being trained."""
    series = known_series(parts, order.exchange, order.symbol, order.interval)
    now = parts.clock(series.exchange).now()
    job = new_job(series, now)
    living = parts.decisions.begin_job(job, DEAD_AFTER_S)
    if living != job:
        raise HTTPException(409, f"{series} is being trained: see /v1/jobs/{living.job_id}")
    parts.start_training([job], order.force)
    return answer(job_view(job, now), 202)


@router.post(
    "/{model_id}/activate",
    summary="Put a challenger in charge",
    response_model=ModelShape,
    responses=refusals(400, 403, 404, 409, 413, 422),
    dependencies=[Depends(may_operate)],
)
def activate_model(
    request: Request, parts: ServiceNeeded, model_id: ModelId, order: Annotated[ActivateRequest, Body()]
) -> Response:
    """What `python -m model_service promote` does, with who and why in the event; the new champion.

    200 also for the model that is in charge already: nothing is done then. 409 for one that is no challenger
    in use, and where the rule of promotion does not allow it; the answer says what it found.
    """
    record = _model(parts, model_id)
    if parts.activate is None:
        raise HTTPException(409, "models cannot be put in charge here: use `python -m model_service promote`")
    try:
        champion = parts.activate(record, request.state.key.name, order.reason)
    except InvalidInput as error:
        raise HTTPException(409, str(error)) from error
    return answer(model_view(champion))


@router.get(
    "/{model_id}",
    summary="A model with its card",
    response_model=ModelWithCard,
    responses={**UNCHANGED, **refusals(404, 422)},
)
def one_model(request: Request, parts: ServiceNeeded, model_id: ModelId) -> Response:
    """The card: data, parameters, metrics beside their baselines, naive beside honest scores, verdict."""
    record = _model(parts, model_id)
    content = model_view(record) | {"card": dict(record.card), "files": dict(record.files)}
    return tagged_answer(request, content)


def _model(parts: Service, model_id: str) -> ModelRecord:
    record = parts.decisions.model(model_id)
    if record is None:
        raise HTTPException(404, f"no model {model_id!r}: GET /v1/models lists them")
    return record
