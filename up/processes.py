"""Start, watch and end one process that we started ourselves."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

from market.errors import Terminal, Transient

POLL_S = 0.1


def alive(pid: int) -> bool:
    """Whether `pid` runs; a zombie does not."""
    try:
        status = Path(f"/proc/{pid}/status").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return False
    return "\nState:\tZ" not in status


def start(argv: list[str], log: Path) -> subprocess.Popen[bytes]:
    """Start `argv` in a process group of its own, both outputs appended to `log`."""
    with log.open("ab") as output:
        return subprocess.Popen(
            argv, stdin=subprocess.DEVNULL, stdout=output, stderr=output, start_new_session=True
        )


def stop(process: subprocess.Popen[bytes], grace_s: float = 30.0) -> None:
    """Ask the process to end; after `grace_s` end its whole group."""
    process.terminate()
    try:
        process.wait(grace_s)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait(10)


def wait_until(
    ready: Callable[[], bool], running: Callable[[], bool], what: str, log: Path, timeout_s: float = 120.0
) -> None:
    """Poll `ready` until it holds; `Terminal` once nothing is `running`, `Transient` after `timeout_s`."""
    deadline = time.monotonic() + timeout_s
    while not ready():
        if not running():
            raise Terminal(f"{what} ended while starting; its last words:\n{tail(log)}")
        if time.monotonic() > deadline:
            raise Transient(f"{what} did not answer within {timeout_s:.0f} s; read {log}\n{tail(log)}")
        time.sleep(POLL_S)


def tail(log: Path, lines: int = 15) -> str:
    """The last lines of a log, for an error message."""
    if not log.exists():
        return f"(no log at {log})"
    return "\n".join(log.read_text(errors="replace").splitlines()[-lines:])
