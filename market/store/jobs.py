"""Jobs: functions inside the caller's transaction."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from market.ports import Job, SeriesPage
from market.store.connection import log_change
from market.store.exact_sql import as_id, exactly
from market.store.pages_sql import OF_TEXT, page_clause

_SELECT: Final = (
    "SELECT job_id, kind, series, state, progress, message, started_at, finished_at FROM jobs WHERE"
)
_LIVING: Final = (
    f"{exactly('series')} = %s AND finished_at IS NULL"
    " AND TIMESTAMPDIFF(MICROSECOND, told_at, CURRENT_TIMESTAMP(3)) < %s"
    " ORDER BY started_at DESC, job_id LIMIT 1"
)


def save_job(cursor: Any, job: Job) -> None:
    """Insert a job, or update its state and progress."""
    cursor.execute(
        "INSERT INTO jobs (job_id, kind, series, state, progress, message, started_at, finished_at)"
        " VALUES (%s, %s, %s, %s, %s, %s, %s, %s) ON DUPLICATE KEY UPDATE state = VALUES(state),"
        " progress = VALUES(progress), message = VALUES(message), finished_at = VALUES(finished_at),"
        " told_at = CURRENT_TIMESTAMP(3)",
        (
            job.job_id, job.kind, job.series, job.state, job.progress, job.message, job.started_at,
            job.finished_at,
        ),
    )  # fmt: skip
    log_change(cursor, "jobs", job.series, job.started_at, job.started_at)


def begin_job(cursor: Any, job: Job, dead_after_s: float) -> Job:
    """Insert a job, unless one of its series lives; the job that lives now."""
    # Whoever writes a job ends with this row: who holds it sees every job, and nobody adds one meanwhile.
    cursor.execute("SELECT seq FROM change_counter WHERE id = 1 FOR UPDATE")
    cursor.fetchall()
    cursor.execute(f"{_SELECT} {_LIVING}", (job.series, round(dead_after_s * 1_000_000)))
    row = cursor.fetchone()
    if row:
        return Job(*row)
    save_job(cursor, job)
    return job


def read_jobs(cursor: Any, limit: int, since: int, end: int) -> list[Job]:
    """Jobs that were started in `[since, end)`, newest first."""
    cursor.execute(
        f"{_SELECT} started_at >= %s AND started_at < %s ORDER BY started_at DESC, job_id LIMIT %s",
        (since, end, limit),
    )
    return [Job(*row) for row in cursor.fetchall()]


def read_job(cursor: Any, job_id: str) -> Job | None:
    """One job."""
    cursor.execute(f"{_SELECT} job_id = %s", (as_id(job_id),))
    row = cursor.fetchone()
    return Job(*row) if row else None


def read_job_page(cursor: Any, page: SeriesPage, states: Sequence[str]) -> list[Job]:
    """Jobs by when they were started."""
    where, values = page_clause(page, OF_TEXT, "started_at", "job_id")
    if states:
        where.append(f"state IN ({', '.join(['%s'] * len(states))})")
        values += states
    cursor.execute(
        f"{_SELECT} {' AND '.join(where)} ORDER BY started_at DESC, job_id LIMIT %s", (*values, page.limit)
    )
    return [Job(*row) for row in cursor.fetchall()]
