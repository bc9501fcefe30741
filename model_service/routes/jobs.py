"""Training jobs and how far they have come."""

from __future__ import annotations

from fastapi import APIRouter, Response
from starlette.exceptions import HTTPException

from model_service.deps import ServiceNeeded
from model_service.views import answer, job_view

router = APIRouter(prefix="/jobs", tags=["jobs"])


@router.get("", summary="Jobs, newest first")
def list_jobs(parts: ServiceNeeded) -> Response:
    """The newest hundred; `progress` is a fraction."""
    return answer({"jobs": [job_view(job) for job in parts.decisions.jobs()]})


@router.get("/{job_id}", summary="One job")
def one_job(parts: ServiceNeeded, job_id: str) -> Response:
    """`state` is queued, running, done, skipped or failed."""
    for job in parts.decisions.jobs(1_000):
        if job.job_id == job_id:
            return answer(job_view(job))
    raise HTTPException(404, f"no job {job_id!r}: GET /jobs lists them")
