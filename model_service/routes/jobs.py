"""Training jobs and how far they have come."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Path, Query, Response
from starlette.exceptions import HTTPException

from market.interval import Series
from market.ports import Job
from model_service.cursors import WantedPage, read_page
from model_service.deps import Service, ServiceNeeded
from model_service.shapes.jobs import JobList, JobShape
from model_service.views import answer, job_view
from web.refusals import refusals

router = APIRouter(prefix="/jobs", tags=["jobs"])
State = Literal["queued", "running", "done", "skipped", "failed"]


@router.get("", summary="Jobs, newest first", response_model=JobList, responses=refusals(422))
def list_jobs(
    parts: ServiceNeeded,
    page: WantedPage,
    state: Annotated[list[State] | None, Query(max_length=5, description="in one of these states")] = None,
) -> Response:
    """`progress` is a fraction; pages by `next_cursor`."""
    jobs, following = read_page(
        lambda asked: parts.decisions.job_page(asked, state or ()),
        page,
        lambda job: (job.started_at, job.job_id),
    )
    return answer({"jobs": [view_now(parts, job) for job in jobs], "next_cursor": following})


@router.get("/{job_id}", summary="One job", response_model=JobShape, responses=refusals(404, 422))
def one_job(
    parts: ServiceNeeded,
    job_id: Annotated[str, Path(max_length=80, examples=["5f0c6b1d2a3e4f50817263544a5b6c7d"])],
) -> Response:
    """`state` is queued, running, done, skipped or failed."""
    job = parts.decisions.job(job_id)
    if job is None:
        raise HTTPException(404, f"no job {job_id!r}: GET /v1/jobs lists them")
    return answer(view_now(parts, job))


def view_now(parts: Service, job: Job) -> dict[str, object]:
    """A job by its market's clock."""
    return job_view(job, parts.clock(Series.parse(job.series).exchange).now())
