"""Trainings that the API starts: each in a process of its own, whose death does not stay unnoticed."""

from __future__ import annotations

import logging
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
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
# From one safe point to the next; the largest training takes a few seconds between them.
_END_S: Final = 10.0
_LAST_WORD_S: Final = 5.0


@dataclass
class WatchedTraining:
    """Starts trainings, and closes the jobs of one that ended without a word. The champion is left alone."""

    store: DecisionStore
    clock: Callable[[str], Clock]
    command: Sequence[str] = (sys.executable, "-m", "model_service", "train")
    end_s: float = _END_S
    _running: dict[subprocess.Popen[bytes], Thread] = field(default_factory=dict, init=False)
    _closing: threading.Event = field(default_factory=threading.Event, init=False)

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
        watcher = Thread(target=self._watch, args=(process, jobs), daemon=True)
        self._running[process] = watcher
        watcher.start()

    def close(self) -> None:
        """End what runs at its next safe point, or after `end_s` seconds anyway; its jobs tell."""
        self._closing.set()
        running = list(self._running.items())
        for process, _ in running:
            process.terminate()
        deadline = time.monotonic() + self.end_s
        for process, watcher in running:
            try:
                process.wait(max(0.0, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                log.warning("training %d does not come to a safe point: it is killed", process.pid)
                _kill_all(process)
            watcher.join(_LAST_WORD_S)

    def _watch(self, process: subprocess.Popen[bytes], jobs: Sequence[Job]) -> None:
        code = process.wait()
        # Its own helpers would go on training for a job that nobody follows any more.
        _kill_all(process)
        how = f"was killed by signal {-code}" if code < 0 else f"ended with exit code {code}"
        if self._closing.is_set():
            how = "was ended together with the model API"
        words = f"stopped: the training process {how}; the model in use goes on, train again"
        for job in jobs:
            self._close(job, words)
        self._running.pop(process, None)

    def _close(self, job: Job, words: str) -> None:
        pause = _FIRST_PAUSE_S
        while True:
            try:
                return end_unfinished(self.store, job, self.clock(Series.parse(job.series).exchange), words)
            except Transient as error:
                log.warning("job %s cannot be closed yet, trying again: %s", job.job_id, error)
                time.sleep(pause)
                pause = min(_LONGEST_PAUSE_S, 2 * pause)


def _kill_all(process: subprocess.Popen[bytes]) -> None:
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
