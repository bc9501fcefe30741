"""Speed and memory of the simulator serving history: `python -m tests.simulator.measure_pages`."""

from __future__ import annotations

import json
import tempfile
import time
import urllib.request
from pathlib import Path

import typer

from market.interval import DAY
from tests.simulator_fixture import Simulator, start_simulator

SERIES = {"1h": 3 * 365 * DAY, "1m": 30 * DAY}


def read_all(running: Simulator) -> tuple[int, float]:
    """Page through every series; rows and the slowest page in seconds."""
    rows, slowest, now = 0, 0.0, running.control.now()
    for symbol in ("BTCUSDT", "ETHUSDT", "XRPUSDT", "NEWUSDT"):
        for interval, span in SERIES.items():
            at = now - span
            while True:
                query = f"symbol={symbol}&interval={interval}&startTime={at}&limit=1000"
                begun = time.perf_counter()
                with urllib.request.urlopen(f"{running.rest_url}/v3/klines?{query}") as answer:
                    page = json.load(answer)
                slowest = max(slowest, time.perf_counter() - begun)
                if not page:
                    break
                rows, at = rows + len(page), page[-1][0] + 1
    return rows, slowest


def resident_mb(pid: int) -> float:
    """Resident memory of a process."""
    status = Path(f"/proc/{pid}/status").read_text()
    return int(status.split("VmRSS:")[1].split()[0]) / 1024


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder, start_simulator(Path(folder)) as running:
        begun = time.perf_counter()
        rows, slowest = read_all(running)
        seconds = time.perf_counter() - begun
        typer.echo(
            f"{rows} rows in {seconds:.1f} s, slowest page {slowest * 1000:.0f} ms, "
            f"{resident_mb(running.pid):.0f} MB resident"
        )
