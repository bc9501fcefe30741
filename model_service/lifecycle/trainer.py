"""One training at a time, in a process of its own that may die without anybody noticing but its job."""

from __future__ import annotations

import fcntl
import logging
import os
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, Protocol

from market.ports import Job

log = logging.getLogger(__name__)
_LOCK: Final = ".training"
_END_S: Final = 10.0
_POLITE: Final = 10


class Trainer(Protocol):
    """Runs one training apart from this process."""

    def start(self, job: Job) -> bool:
        """Begin; False while another training runs, also one of an earlier scorer."""
        ...

    def ended(self) -> str | None:
        """How the training that this trainer began has ended, once; None while it runs or there is none."""
        ...

    def busy(self) -> bool:
        """Whether a training runs, also one of an earlier scorer."""
        ...

    def close(self) -> None:
        """End a training that runs."""
        ...


@dataclass
class ProcessTrainer:
    """Training by `python -m model_service retrain`, given up after `limit_s` seconds.

    A lock on a file of the models' folder is handed to the process and ends with it, however it ends: so a
    scorer that was killed finds out whether the training it began goes on.
    """

    folder: Path
    limit_s: float
    command: Sequence[str] = (sys.executable, "-m", "model_service", "retrain", "--job")
    _process: subprocess.Popen[bytes] | None = field(default=None, init=False)
    _began: float = field(default=0.0, init=False)

    def start(self, job: Job) -> bool:
        """Begin; False while another training runs."""
        lock = self._lock()
        if lock is None:
            return False
        try:
            self._process = subprocess.Popen(  # noqa: S603  (our own module; the id is ours)
                [*self.command, job.job_id], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                pass_fds=(lock,), start_new_session=True,
            )  # fmt: skip
        finally:
            os.close(lock)
        self._began = time.monotonic()
        log.info("training %s in process %d", job.series, self._process.pid)
        return True

    def ended(self) -> str | None:
        """How the training has ended, once; one that takes too long is ended."""
        process = self._process
        if process is None:
            return None
        late = time.monotonic() - self._began > self.limit_s
        if late and process.poll() is None:
            self.close()
            return f"stopped: it took longer than {self.limit_s:.0f} s (OPA_RETRAIN_LIMIT_S)"
        code = process.poll()
        if code is None:
            return None
        self._process = None
        return (
            f"stopped: the process was ended by signal {-code}" if code < 0 else f"stopped: exit code {code}"
        )

    def busy(self) -> bool:
        """Whether a training runs, also one of an earlier scorer."""
        lock = self._lock()
        if lock is None:
            return True
        os.close(lock)
        return False

    def close(self) -> None:
        """End a training that runs; one that does not listen is killed."""
        process, self._process = self._process, None
        if process is None or process.poll() is not None:
            return
        process.terminate()
        try:
            process.wait(_END_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()

    def _lock(self) -> int | None:
        self.folder.mkdir(parents=True, exist_ok=True)
        opened = os.open(self.folder / _LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(opened, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(opened)
            return None
        return opened


def be_polite(limit_s: float) -> None:
    """Leave the processor to those who decide candles, and end by yourself where nobody is left to end you.

    A scorer that was killed cannot keep its training to `limit_s`, and one that hung would hold the lock.
    """
    os.nice(_POLITE)
    signal.setitimer(signal.ITIMER_REAL, limit_s + 2 * _END_S)
