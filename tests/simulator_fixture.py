"""A running simulator: `python -m simulator serve` in a process of its own, on a free port."""

from __future__ import annotations

import json
import os
import selectors
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

REPOSITORY = Path(__file__).parent.parent
READY_WITHIN_S = 60
START = "2026-11-20T12:00:00Z"


class Control:
    """The simulator's own endpoints, `/sim/*`."""

    def __init__(self, url: str) -> None:
        self._url = url

    def clock(self, **change: object) -> dict[str, Any]:
        """Read the market clock, or change it: `set`, `advance_ms`, `speed`."""
        return self._call("/sim/clock", change) if change else self._call("/sim/clock")

    def advance(self, milliseconds: int) -> int:
        """Step the market clock; returns the new time."""
        return int(self.clock(advance_ms=milliseconds)["now"])

    def now(self) -> int:
        """Market time, ms UTC."""
        return int(self.clock()["now"])

    def ledger(self, symbol: str, interval: str, start: int = 0) -> list[list[Any]]:
        """Every final kline so far that opens at or after `start`, as the exchange's rows."""
        return self._call(f"/sim/ledger?symbol={quote(symbol)}&interval={interval}&startTime={start}")

    def holes(self, symbol: str, interval: str, start: int) -> list[dict[str, Any]]:
        """Every stretch of the grid from `start` on without a final kline, with its cause."""
        return self._call(f"/sim/holes?symbol={quote(symbol)}&interval={interval}&startTime={start}")

    def scenarios(self) -> list[dict[str, Any]]:
        """Name, description and `ends_client` of each scripted scenario."""
        return self._call("/sim/scenarios")

    def scenario(self, **wanted: object) -> list[dict[str, Any]]:
        """Arm a scenario: `name="short_page"`, or a seeded mix: `mix=3, size=4`; as they were armed."""
        return self._call("/sim/scenario", wanted)["armed"]

    def clear_scenario(self) -> None:
        """Disarm everything; what happened to the history stays."""
        self._call("/sim/scenario", method="DELETE")

    def counters(self) -> dict[str, Any]:
        """Requests, statuses, largest weight of a minute, sockets."""
        return self._call("/sim/counters")

    def fault(self, kind: str, **options: object) -> None:
        """Arm a fault: `control.fault("status", status=429, count=2, path="/api/v3/klines")`."""
        self._call("/sim/fault", {"kind": kind, **options})

    def page_fault(self, kind: str, **options: object) -> None:
        """Spoil a page of klines: `control.page_fault("short_page", after=1)`."""
        self._call("/sim/page-fault", {"kind": kind, **options})

    def history(self, kind: str, begin: object, end: object, **options: object) -> dict[str, Any]:
        """Change history: `control.history("outage", "-3h", "-2h")`; returns the change as it was armed."""
        body = {"kind": kind, "begin": begin, "end": end, **options}
        return dict(self._call("/sim/history", body)["armed"])

    def restore_history(self) -> None:
        """Serve the first history again."""
        self._call("/sim/history", method="DELETE")

    def waiting(self) -> dict[str, Any]:
        """Faults that have not done their work yet, and every change of history."""
        return dict(self._call("/sim/scenario"))

    def changes(self, symbol: str, interval: str) -> list[dict[str, Any]]:
        """Every final bar that changed: `open_time`, `since`, `kind`, `before`, `after`."""
        return list(self._call(f"/sim/ledger/changes?symbol={quote(symbol)}&interval={interval}"))

    def clear_faults(self) -> None:
        """Disarm every fault."""
        self._call("/sim/fault", method="DELETE")

    def archive_fault(self, kind: str, **options: object) -> None:
        """Spoil files of the archive: `control.archive_fault("truncated", file="*/monthly/*")`."""
        self._call("/sim/archive-fault", {"kind": kind, **options})

    def clear_archive_faults(self) -> None:
        """Disarm every fault of the archive."""
        self._call("/sim/archive-fault", method="DELETE")

    def stream_fault(self, kind: str, **options: object) -> None:
        """Arm a fault of the WebSocket side: `control.stream_fault("close", code=1001, stream="*@trade")`."""
        self._call("/sim/stream-fault", {"kind": kind, **options})

    def clear_stream_faults(self) -> None:
        """Disarm them; connections are held to the exchange's own rules again."""
        self._call("/sim/stream-fault", method="DELETE")

    def connection_rules(self, **rules: object) -> None:
        """What is demanded of connections from now on: `ping_s`, `pong_within_s`, `valid_for_ms`, ..."""
        self._call("/sim/connection-rules", rules)

    def revise(self, symbol: str | None = None) -> list[str]:
        """Serve the revised recording from now on."""
        return list(self._call("/sim/revise", {"symbol": symbol} if symbol else {})["revised"])

    def _call(self, path: str, body: object = None, method: str | None = None) -> Any:
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self._url + path, data=data, method=method)
        with urllib.request.urlopen(request, timeout=60) as answer:
            return json.load(answer)


@dataclass(frozen=True)
class Simulator:
    """`url` without a trailing slash, `ws_url` with one; `rest_url` is what OPA_EXCHANGE_REST takes."""

    url: str
    pid: int

    @property
    def rest_url(self) -> str:
        return f"{self.url}/api"

    @property
    def ws_url(self) -> str:
        return self.url.replace("http", "ws", 1) + "/"

    @property
    def control(self) -> Control:
        return Control(self.url)


@contextmanager
def start_simulator(folder: Path, **env: str) -> Iterator[Simulator]:
    """Run the simulator in `folder` with these settings on top of a clean environment.

    `start_simulator(tmp_path, OPA_SOURCE=f"folder:{path}", OPA_SIMULATOR_SPEED="0")`
    """
    clean = {name: value for name, value in os.environ.items() if not name.startswith("OPA_")}
    process = subprocess.Popen(
        [sys.executable, "-m", "simulator", "serve", "--port", "0"],
        cwd=folder,
        env=clean | {"PYTHONPATH": str(REPOSITORY), "OPA_LOG_LEVEL": "WARNING"} | env,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        yield Simulator(_address(process), process.pid)
    finally:
        process.terminate()
        _, errors = process.communicate(timeout=60)
    assert not errors, errors


def _address(process: subprocess.Popen[str]) -> str:
    """The address the simulator prints when it is ready."""
    assert process.stdout is not None
    with selectors.DefaultSelector() as selector:
        selector.register(process.stdout, selectors.EVENT_READ)
        ready = selector.select(READY_WITHIN_S)
    line = process.stdout.readline() if ready else ""
    prefix = "listening on "
    assert line.startswith(prefix), f"the simulator did not start: {line!r}"
    return line.removeprefix(prefix).strip()


@pytest.fixture
def simulator(tmp_path: Path) -> Iterator[Simulator]:
    """The generated market; its clock stands at 2026-11-20 12:00 UTC until the test moves it."""
    with start_simulator(tmp_path, OPA_SIMULATOR_SPEED="0", OPA_SIMULATOR_START=START) as running:
        yield running
