"""Jobs of the in-memory twin."""

from __future__ import annotations

import time
from collections.abc import Sequence
from threading import Lock

from market.interval import END_OF_TIME, Series
from market.ports import Job, SeriesPage
from market.store.memory_changes import MemoryChangeLog


class MemoryJobs:
    """Jobs, and when each was last told of by the wall clock."""

    def __init__(self, changes: MemoryChangeLog) -> None:
        self._changes = changes
        self._jobs: dict[str, Job] = {}
        self._told: dict[str, float] = {}
        self._beginning = Lock()

    def save(self, job: Job) -> None:
        """Insert or update a job."""
        self._jobs[job.job_id] = job
        self._told[job.job_id] = time.monotonic()
        self._changes.append("jobs", job.series, job.started_at, job.started_at)

    def begin(self, job: Job, dead_after_s: float) -> Job:
        """The job once it is stored, or the one of its series that lives."""
        with self._beginning:
            since = time.monotonic() - dead_after_s
            living = [
                each
                for each in self.started(0, END_OF_TIME)
                if each.series == job.series and each.finished_at is None and self._told[each.job_id] > since
            ]
            if living:
                return living[0]
            self.save(job)
            return job

    def started(self, since: int, end: int) -> list[Job]:
        """Jobs that were started in `[since, end)`, newest first."""
        found = [each for each in self._jobs.values() if since <= each.started_at < end]
        return sorted(found, key=lambda job: (-job.started_at, job.job_id))

    def find(self, job_id: str) -> Job | None:
        """One job."""
        return self._jobs.get(job_id)

    def page(self, page: SeriesPage, states: Sequence[str]) -> list[Job]:
        """Jobs by when they were started, in one of the states if there are any."""
        found = [job for job in self._jobs.values() if not states or job.state in states]
        return page.of(found, lambda job: Series.parse(job.series), lambda job: (job.started_at, job.job_id))
