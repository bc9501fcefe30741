"""How far training is: a bar per series on a terminal, plain lines elsewhere."""

from __future__ import annotations

import logging
from collections.abc import Collection
from contextlib import AbstractContextManager, nullcontext
from typing import Protocol

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeElapsedColumn

from market.ports import Job

log = logging.getLogger(__name__)


class View(Protocol):
    """Shows jobs as they go."""

    def show(self, job: Job) -> None:
        """The newest state of one job."""
        ...


class Bars:
    """A bar per series."""

    def __init__(self, bars: Progress) -> None:
        self._bars = bars
        self._tasks: dict[str, TaskID] = {}

    def show(self, job: Job) -> None:
        """Move the job's bar."""
        if job.job_id not in self._tasks:
            self._tasks[job.job_id] = self._bars.add_task("", total=1.0, series=job.series, message="")
        self._bars.update(self._tasks[job.job_id], completed=job.progress, message=job.message)


class Lines:
    """A log line whenever a job has something new to say, or another tenth is done."""

    def __init__(self) -> None:
        self._said: dict[str, tuple[str, int]] = {}

    def show(self, job: Job) -> None:
        """Say what changed."""
        news = (job.message, int(10 * job.progress))
        if self._said.get(job.job_id) != news:
            self._said[job.job_id] = news
            log.info("%s: %3.0f %% %s", job.series, 100 * job.progress, job.message)


class Watched:
    """The jobs of one run among all that the store knows."""

    def __init__(self, jobs: Collection[Job], view: View) -> None:
        self._ids = {job.job_id for job in jobs}
        self._view = view

    def look(self, jobs: Collection[Job]) -> None:
        """Show those that are ours."""
        for job in jobs:
            if job.job_id in self._ids:
                self._view.show(job)


def on_a_screen(console: Console) -> AbstractContextManager[Progress | None]:
    """The bars' frame on a terminal, nothing elsewhere."""
    if not console.is_terminal:
        return nullcontext()
    columns = (TextColumn("{task.fields[series]}"), BarColumn(), TextColumn("{task.percentage:>3.0f}%"))
    return Progress(*columns, TimeElapsedColumn(), TextColumn("{task.fields[message]}"), console=console)
