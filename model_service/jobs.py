"""Training jobs: a row in the store that says how far each has come."""

from __future__ import annotations

import logging
import threading
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
# A job that was killed outright never ends. Trainings tell of themselves every few seconds; one of several
# that were begun at once may wait long.
DEAD_AFTER_S: Final = 3_600.0
STOPPED: Final = "stopped on request; the model in use goes on, train again"
_WRITE_EVERY_S: Final = 0.5
_stop: Final = threading.Event()


class Stopped(Exception):
    """Somebody wants this process to end, and nothing is half done here."""


def stop_soon(*_signal: object) -> None:
    """Let every job of this process end where it tells the next time how far it is; a signal handler."""
    _stop.set()


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
        """`progress` is a fraction. Raises `Stopped` where the process is wanted to end."""
        if _stop.is_set():
            raise Stopped
        self.job = replace(self.job, state=RUNNING, progress=progress, message=message)
        if time.monotonic() - self._written >= _WRITE_EVERY_S:
            self._written = time.monotonic()
            self.store.save_job(self.job)

    def end(self, state: str, message: str) -> None:
        """The last word on a job."""
        progress = self.job.progress if state == FAILED or message == STOPPED else 1.0
        self.job = replace(self.job, state=state, progress=progress, message=message, finished_at=self.now())
        self.store.save_job(self.job)


@contextmanager
def reported(store: DecisionStore, job: Job, now: Callable[[], int]) -> Iterator[Report]:
    """A report that ends as failed, with the reason, when the work raises or is interrupted.

    Work that was stopped is no failure: it ends as skipped, and the block is left.
    """
    report = Report(store, job, now)
    try:
        report.say(0.0, "reading candles")
        yield report
    except Stopped:
        report.end(SKIPPED, STOPPED)
        raise
    except MarketError as error:
        report.end(FAILED, str(error))
        raise
    except BaseException as error:
        report.end(FAILED, f"stopped: {type(error).__name__} {error}".strip())
        raise


def end_unfinished(store: DecisionStore, job: Job, clock: Clock, words: str) -> None:
    """Close a job whose process is gone, as failed; one that said its last word itself is left alone."""
    newest = store.job(job.job_id) or job
    if newest.state in UNFINISHED:
        Report(store, newest, clock.now).end(FAILED, words)
        log.error("job %s of %s: %s", job.job_id, job.series, words)
