"""Jobs: functions inside the caller's transaction."""

from __future__ import annotations

from typing import Any

from market.ports import Job
from market.store.connection import log_change


def save_job(cursor: Any, job: Job) -> None:
    """Insert a job, or update its state and progress."""
    cursor.execute(
        "INSERT INTO jobs (job_id, kind, series, state, progress, message, started_at, finished_at)"
        " VALUES (%s, %s, %s, %s, %s, %s, %s, %s) ON DUPLICATE KEY UPDATE state = VALUES(state),"
        " progress = VALUES(progress), message = VALUES(message), finished_at = VALUES(finished_at)",
        (
            job.job_id, job.kind, job.series, job.state, job.progress, job.message, job.started_at,
            job.finished_at,
        ),
    )  # fmt: skip
    log_change(cursor, "jobs", job.series, job.started_at, job.started_at)


def read_jobs(cursor: Any, limit: int, since: int, end: int) -> list[Job]:
    """Jobs that were started in `[since, end)`, newest first."""
    cursor.execute(
        "SELECT job_id, kind, series, state, progress, message, started_at, finished_at FROM jobs"
        " WHERE started_at >= %s AND started_at < %s ORDER BY started_at DESC, job_id LIMIT %s",
        (since, end, limit),
    )
    return [Job(*row) for row in cursor.fetchall()]
