"""The command of the console: clear about settings, clean when stopped."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import httpx

from up.ports import free_port

ROOT = Path(__file__).parents[2]


def started(folder: Path, **settings: str) -> subprocess.Popen[str]:
    environment = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), **settings}
    command = [sys.executable, "-m", "console", "serve"]
    return subprocess.Popen(command, cwd=folder, env=environment, stderr=subprocess.PIPE, text=True)


def test_without_a_key_it_says_what_is_missing(tmp_path: Path) -> None:
    with started(tmp_path) as process:
        _, said = process.communicate(timeout=60)
    assert process.returncode == 2
    assert "read_key" in said
    assert "Traceback" not in said


def test_ctrl_c_ends_it_cleanly(tmp_path: Path) -> None:
    port = free_port()
    with started(tmp_path, OPA_READ_KEY="a-key-of-some-length", OPA_CONSOLE_PORT=str(port)) as process:
        for _ in range(600):
            try:
                assert httpx.get(f"http://127.0.0.1:{port}/health").json() == {"status": "ok"}
                break
            except httpx.ConnectError:
                time.sleep(0.1)
        process.send_signal(signal.SIGINT)
        _, said = process.communicate(timeout=60)
    assert process.returncode == 130
    assert "Traceback" not in said
