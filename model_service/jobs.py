"""Training jobs: a row in the store that says how far each has come."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Final
from uuid import uuid4

from market.errors import MarketError
from market.interval import Series
from market.ports import Clock, DecisionStore, Job

log = logging.getLogger(__name__)
QUEUED: Final = "queued"
RUNNING: Final = "running"
DONE: Final = "done"
SKIPPED: Final = "skipped"
FAILED: Final = "failed"
UNFINISHED: Final = (QUEUED, RUNNING)
_WRITE_EVERY_S: Final = 0.5


def new_job(series: Series, now: int, kind: str = "train") -> Job:
    """A job that waits, for one series."""
    return Job(uuid4().hex, kind, str(series), QUEUED, 0.0, "waiting for a free process", now, None)


@dataclass
class Report:
    """Tells the store how a job goes, at most twice a second."""

    store: DecisionStore
    job: Job
    now: Callable[[], int]
    _written: float = field(default=0.0)

    def say(self, progress: float, message: str) -> None:
        """`progress` is a fraction."""
        self.job = replace(self.job, state=RUNNING, progress=progress, message=message)
        if time.monotonic() - self._written >= _WRITE_EVERY_S:
            self._written = time.monotonic()
            self.store.save_job(self.job)

    def end(self, state: str, message: str) -> None:
        """The last word on a job."""
        progress = self.job.progress if state == FAILED else 1.0
        self.job = replace(self.job, state=state, progress=progress, message=message, finished_at=self.now())
        self.store.save_job(self.job)


@contextmanager
def reported(store: DecisionStore, job: Job, now: Callable[[], int]) -> Iterator[Report]:
    """A report that ends as failed, with the reason, when the work raises or is interrupted."""
    report = Report(store, job, now)
    report.say(0.0, "reading candles")
    try:
        yield report
    except MarketError as error:
        report.end(FAILED, str(error))
        raise
    except BaseException as error:
        report.end(FAILED, f"stopped: {type(error).__name__} {error}".strip())
        raise


def end_unfinished(store: DecisionStore, job: Job, clock: Clock, words: str) -> None:
    """Close a job whose process is gone, as failed; one that said its last word itself is left alone."""
    known = {each.job_id: each for each in store.jobs(1_000)}
    if known.get(job.job_id, job).state in UNFINISHED:
        Report(store, known.get(job.job_id, job), clock.now).end(FAILED, words)
        log.error("job %s of %s: %s", job.job_id, job.series, words)
