"""The small service in a process of its own, served as every service of ours is."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx

from tests.web.waiting import until
from up.ports import free_port

ROOT = Path(__file__).parents[2]


@contextmanager
def running() -> Iterator[tuple[subprocess.Popen[str], str]]:
    """The process and its address."""
    port = free_port()
    environment = {name: each for name, each in os.environ.items() if not name.startswith("OPA_")}
    with subprocess.Popen(
        [sys.executable, "-m", "tests.web.served", str(port)],
        cwd=ROOT, env=environment, stderr=subprocess.PIPE, text=True,
    ) as process:  # fmt: skip
        try:
            base = f"http://127.0.0.1:{port}"
            until(lambda: alive(base))
            yield process, base
        finally:
            process.kill()


def alive(base: str) -> bool:
    try:
        return httpx.get(f"{base}/health").is_success
    except httpx.TransportError:
        return False
