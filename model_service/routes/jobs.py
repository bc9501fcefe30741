"""Training jobs and how far they have come."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Response
from starlette.exceptions import HTTPException

from model_service.deps import ServiceNeeded
from model_service.shapes.jobs import JobList, JobShape
from model_service.views import answer, job_view
from web.refusals import refusals

router = APIRouter(prefix="/jobs", tags=["jobs"])


@router.get("", summary="Jobs, newest first", response_model=JobList)
def list_jobs(parts: ServiceNeeded) -> Response:
    """The newest hundred; `progress` is a fraction."""
    return answer({"jobs": [job_view(job) for job in parts.decisions.jobs()]})


@router.get("/{job_id}", summary="One job", response_model=JobShape, responses=refusals(404, 422))
def one_job(
    parts: ServiceNeeded,
    job_id: Annotated[str, Path(max_length=80, examples=["5f0c6b1d2a3e4f50817263544a5b6c7d"])],
) -> Response:
    """`state` is queued, running, done, skipped or failed."""
    for job in parts.decisions.jobs(1_000):
        if job.job_id == job_id:
            return answer(job_view(job))
    raise HTTPException(404, f"no job {job_id!r}: GET /v1/jobs lists them")
