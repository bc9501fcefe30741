"""Trainings that the API starts: each in a process of its own, whose death does not stay unnoticed."""

from __future__ import annotations

import logging
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from threading import Thread
from typing import Final

from market.errors import Transient
from market.interval import Series
from market.ports import Clock, DecisionStore, Job
from model_service.jobs import end_unfinished

log = logging.getLogger(__name__)
# Those who answer and decide go first.
_NICENESS: Final = 10
_FIRST_PAUSE_S: Final = 1.0
_LONGEST_PAUSE_S: Final = 60.0


@dataclass(frozen=True, slots=True)
class WatchedTraining:
    """Starts trainings, and closes the jobs of one that ended without a word. The champion is left alone."""

    store: DecisionStore
    clock: Callable[[str], Clock]
    command: Sequence[str] = (sys.executable, "-m", "model_service", "train")

    def start(self, jobs: Sequence[Job], force: bool) -> None:
        """Train in a process of its own, apart from this one, and do not wait for it."""
        command = [*self.command, *(["--force"] if force else [])]
        for job in jobs:
            command += ["--series", job.series, "--job", job.job_id]
        process = subprocess.Popen(  # noqa: S603  (our own module; series are validated)
            command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, start_new_session=True
        )
        os.setpriority(os.PRIO_PROCESS, process.pid, _NICENESS)
        log.info("training %s in process %d", ", ".join(job.series for job in jobs), process.pid)
        Thread(target=self._watch, args=(process, jobs), daemon=True).start()

    def _watch(self, process: subprocess.Popen[bytes], jobs: Sequence[Job]) -> None:
        code = process.wait()
        # Its own helpers would go on training for a job that nobody follows any more.
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        how = f"was killed by signal {-code}" if code < 0 else f"ended with exit code {code}"
        words = f"stopped: the training process {how}; the model in use goes on, train again"
        for job in jobs:
            self._close(job, words)

    def _close(self, job: Job, words: str) -> None:
        pause = _FIRST_PAUSE_S
        while True:
            try:
                return end_unfinished(self.store, job, self.clock(Series.parse(job.series).exchange), words)
            except Transient as error:
                log.warning("job %s cannot be closed yet, trying again: %s", job.job_id, error)
                time.sleep(pause)
                pause = min(_LONGEST_PAUSE_S, 2 * pause)
