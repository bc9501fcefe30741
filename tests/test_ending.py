"""Every room ends when it is told to, at any time, without a traceback."""

from __future__ import annotations

import os
import select
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from tests.web.waiting import until
from up import ports
from web.keys import Keys

ROOT = Path(__file__).parents[1]
ROOMS = sorted(str(path.parent.relative_to(ROOT)).replace("/", ".") for path in ROOT.glob("*/__main__.py"))
ROOMS += ["market.store"]
SERVICES = {
    "api_historic": "OPA_HISTORIC_PORT",
    "console": "OPA_CONSOLE_PORT",
    "model_service": "OPA_MODEL_PORT",
}
ASKED = {
    "api_historic": "/v1/symbols",
    "console": "/api/model/v1/models",
    "model_service": "/v1/models",
}
KEY = {"X-API-Key": "a-key-of-some-length"}
WAIT_S = 60
# An import that never ends, in place of the seconds that imports take.
ENDLESS_IMPORT = "import sys\nprint('importing', flush=True)\nsys.stdin.read()\n"


@contextmanager
def running(folder: Path, *command: str, first: str = "", **settings: str) -> Iterator[subprocess.Popen[str]]:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("OPA_")}
    environment["PYTHONPATH"] = os.pathsep.join(filter(None, (first, str(ROOT))))
    pipe = subprocess.PIPE
    process = subprocess.Popen(
        [sys.executable, "-m", *command], cwd=folder, env=environment | settings,
        stdin=pipe, stdout=pipe, stderr=pipe, text=True,
    )  # fmt: skip
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


@pytest.mark.parametrize("room", ROOMS)
def test_a_room_that_still_imports_ends_at_once(room: str, tmp_path: Path) -> None:
    (tmp_path / "typer.py").write_text(ENDLESS_IMPORT)
    for told in (signal.SIGINT, signal.SIGTERM):
        with running(tmp_path, room, first=str(tmp_path)) as process:
            assert process.stdout
            assert process.stdout.readline() == "importing\n"
            process.send_signal(told)
            _, said = process.communicate(timeout=WAIT_S)
            # To a shell this is 128 + the signal: 130 and 143.
            assert process.returncode == -told
            assert "Traceback" not in said


@pytest.mark.parametrize("room", ROOMS)
def test_a_room_that_has_started_hears_ctrl_c(room: str) -> None:
    source = (ROOT / room.replace(".", "/") / "__main__.py").read_text()
    assert "hear_ctrl_c()" in [line.strip() for line in source.splitlines()]


@pytest.mark.parametrize(
    ("room", "told", "code"),
    [
        ("model_service", signal.SIGINT, 130),
        ("model_service", signal.SIGTERM, 0),
        ("api_historic", signal.SIGINT, 130),
        ("console", signal.SIGTERM, 0),
    ],
)
def test_a_service_answers_what_it_was_asked_before_and_ends(
    room: str, told: signal.Signals, code: int, tmp_path: Path
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent, ThreadPoolExecutor(1) as pool:
        base = f"http://127.0.0.1:{(port := ports.free_port())}"
        with running(tmp_path, room, "serve", **settings_of(room, port, silent)) as process:
            wait_for(process, f"{base}/openapi.json" if room != "console" else f"{base}/health")
            asked = pool.submit(httpx.get, base + ASKED[room], headers=KEY, timeout=WAIT_S)
            # The request waits for a server that says nothing, until that one is gone or given up.
            until(lambda: asked.done() or is_waiting(base, room, silent))
            process.send_signal(told)
            silent.close()
            assert asked.result(WAIT_S).status_code >= 500
            _, said = process.communicate(timeout=WAIT_S)
            assert process.returncode == code, said
            assert "Traceback" not in said


def is_waiting(base: str, room: str, silent: socket.socket) -> bool:
    if room == "console":
        return bool(select.select([silent], [], [], WAIT_S)[0])
    return "opa_http_requests_in_progress 1.0" in httpx.get(f"{base}/metrics", headers=KEY).text


def settings_of(room: str, port: int, silent: socket.socket) -> dict[str, str]:
    passwords = {f"OPA_DB_{user}_PASSWORD": "none" for user in ("INGEST", "MODEL", "READER", "MIGRATOR")}
    other = str(silent.getsockname()[1])
    database = {"OPA_DB_HOST": "127.0.0.1", "OPA_DB_PORT": other} | passwords
    return (
        {"OPA_READ_KEY": "a-key-of-some-length", "OPA_MODEL_PORT": other}
        | {"OPA_API_KEYS": str(Keys.only(KEY["X-API-Key"]).held[0])}
        | database
        | {SERVICES[room]: str(port)}
    )


def wait_for(process: subprocess.Popen[str], url: str) -> None:
    deadline = time.monotonic() + WAIT_S
    while time.monotonic() < deadline and process.poll() is None:
        try:
            httpx.get(url)
        except httpx.TransportError:
            time.sleep(0.05)
        else:
            return
    raise AssertionError(f"the service did not start: {process.poll()}")
