"""Five million candles streamed out of a real MariaDB: flat memory, first bytes at once, every row there.

    python -m bench.export [--rows 5000000] [--formats arrow,csv,ndjson]

The service runs in a process of its own; its resident memory is sampled ten times a second. Gates: 300 MB at
most, the second half of the export at most a twentieth above the first, the first bytes within 200 ms (the
median of seven requests), and as many rows as are stored.
"""

from __future__ import annotations

import market  # noqa: F401  (first: see market/__init__.py)

import argparse  # isort: skip
import os
import platform
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pyarrow as pa

from bench import klines_services
from bench.asking import Caller
from bench.filled import fill
from bench.house import memory_mb
from market.store import StoreSettings
from tests.servers import TestDatabase
from up import ports

SECRET = "of-the-bench-and-no-other"
MOST_MB, GROWTH, FIRST_BYTE_S = 300, 1.05, 0.2
ASKED = {"symbol": "BTCUSDT", "interval": "1m"}


class Memory:
    """Resident megabytes of a process, sampled in a thread."""

    def __init__(self, pid: int) -> None:
        self.samples: list[int] = []
        self._pid = pid
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def __enter__(self) -> Memory:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()

    def halves(self) -> tuple[int, int]:
        """The largest of the first half and of the second."""
        half = max(1, len(self.samples) // 2)
        return max(self.samples[:half]), max(self.samples[half:], default=0)

    def _run(self) -> None:
        while not self._over.wait(0.1):
            self.samples.append(memory_mb(self._pid)["VmRSS"])


class Counted:
    """A file of an answer's bytes for Arrow to read from."""

    def __init__(self, answer: httpx.Response, began: float) -> None:
        self._pieces = answer.iter_raw(1 << 16)
        self._held = b""
        self._began = began
        self.first_s = 0.0
        self.bytes = 0
        self.closed = False

    def read(self, size: int = -1) -> bytes:
        """So many bytes, fewer at the end."""
        while len(self._held) < size and (piece := next(self._pieces, b"")):
            self.first_s = self.first_s or time.perf_counter() - self._began
            self.bytes += len(piece)
            self._held += piece
        taken, self._held = self._held[:size], self._held[size:]
        return taken


def count_rows(form: str, file: Counted) -> int:
    """How many rows the file holds; a stream without its end is an error."""
    if form == "arrow":
        return sum(batch.num_rows for batch in pa.ipc.open_stream(pa.PythonFile(file, "r")))
    lines = sum(piece.count(b"\n") for piece in iter(lambda: file.read(1 << 20), b""))
    return lines - (1 if form == "csv" else 0)


def export(client: httpx.Client, form: str, pid: int) -> tuple[int, Counted, float, Memory]:
    """Rows, the file, seconds and memory of one whole export."""
    with Memory(pid) as memory:
        began = time.perf_counter()
        with client.stream("GET", "/v1/klines/export", params={**ASKED, "format": form}) as answer:
            answer.raise_for_status()
            file = Counted(answer, began)
            rows = count_rows(form, file)
        return rows, file, time.perf_counter() - began, memory


def first_bytes_s(client: httpx.Client, form: str) -> float:
    """Median seconds until the first bytes of the body; the client hangs up on the rest."""
    took = []
    for _ in range(7):
        began = time.perf_counter()
        with client.stream("GET", "/v1/klines/export", params={**ASKED, "format": form}) as answer:
            answer.raise_for_status()
            next(answer.iter_raw())
            took.append(time.perf_counter() - began)
        time.sleep(0.5)
    return sorted(took)[3]


@contextmanager
def serving(settings: StoreSettings) -> Iterator[tuple[httpx.Client, int]]:
    """The historic API over the database; yields a client and the process's number."""
    port = ports.free_port()
    environment = {f"OPA_DB_{user.upper()}_PASSWORD": settings.password(user) for user in settings.users} | {
        "OPA_DB_PORT": str(settings.port), "OPA_LOG_LEVEL": "WARNING",
    }  # fmt: skip
    command = [sys.executable, "-m", klines_services.__name__, "ours", str(port), SECRET]
    process = subprocess.Popen(command, env=os.environ | environment)
    try:
        Caller(port, SECRET).wait()
        with httpx.Client(
            base_url=f"http://127.0.0.1:{port}", headers={"X-API-Key": SECRET}, timeout=120
        ) as client:
            yield client, process.pid
    finally:
        process.terminate()
        process.wait()


def measure(client: httpx.Client, pid: int, form: str, rows: int) -> bool:
    """Print what one format takes and say whether the gates hold."""
    first_s = first_bytes_s(client, form)
    found, file, seconds, memory = export(client, form, pid)
    before, after = memory.halves()
    size_mb, rate = file.bytes / 1e6, found / seconds
    print(f"{form:6} {found:,} rows, {size_mb:,.0f} MB in {seconds:.1f} s ({rate:,.0f} rows/s);", end=" ")
    print(f"first bytes after {first_s * 1_000:.0f} ms; memory {before} MB, then {after} MB")
    return (
        found == rows
        and max(before, after) < MOST_MB
        and after <= before * GROWTH
        and first_s <= FIRST_BYTE_S
    )


def main() -> None:
    """Fill, stream, judge."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rows", type=int, default=5_000_000)
    parser.add_argument("--formats", default="arrow,csv")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="opa-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        folder.chmod(0o755)
        with TestDatabase.running(folder / "mariadb") as database:
            fill(database.settings, asked.rows)
            print(
                f"Python {platform.python_version()}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}"
            )
            with serving(database.settings) as (client, pid):
                kept = [measure(client, pid, form, asked.rows) for form in asked.formats.split(",")]
    sys.exit(0 if all(kept) else 1)


if __name__ == "__main__":
    main()
