"""A thousand candles over HTTP, beside the plain way to write such a service, on a real MariaDB.

    python -m bench.klines_http [--rows 200000] [--rounds 300]

Two services in processes of their own, on the same server class and the same rows: ours, and a baseline as
FastAPI's own pages teach it (`fetchall`, a list of models with Decimal fields as the return type). Gates:
the median of 1,000 candles from the database at most 1/2.5 of the baseline's; the slowest hundredth at most
three times the median; a remembered page at least 0.7 of the answers per second of processor of a route that
does nothing (`/v1/ping`, added here behind the same layers). Ours and the other take turns, so that both meet
what else the machine does.
"""

from __future__ import annotations

import market  # noqa: F401  (first: see market/__init__.py)

import argparse  # isort: skip
import os
import platform
import random
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from time import perf_counter

import numpy as np

from bench import klines_services
from bench.asking import Caller, answers_per_second
from bench.filled import START, fill
from market.interval import MINUTE
from market.store import StoreSettings
from tests.servers import TestDatabase
from up import ports

SECRET = "of-the-bench-and-no-other"
PAGE = 1_000
RATIO, TAIL, SHARE = 2.5, 3.0, 0.7


@contextmanager
def running(kind: str, settings: StoreSettings) -> Iterator[tuple[int, int]]:
    """One of the services: its port and its process."""
    port = ports.free_port()
    environment = {f"OPA_DB_{user.upper()}_PASSWORD": settings.password(user) for user in settings.users} | {
        "OPA_DB_PORT": str(settings.port), "OPA_LOG_LEVEL": "WARNING",
    }  # fmt: skip
    command = [sys.executable, "-m", klines_services.__name__, kind, str(port), SECRET]
    process = subprocess.Popen(command, env=os.environ | environment)
    try:
        Caller(port, SECRET).wait()
        yield port, process.pid
    finally:
        process.terminate()
        process.wait()


def times(rounds: int, asks: list[Callable[[int], None]]) -> list[np.ndarray]:
    """Milliseconds of each, asked in turn for the same pages."""
    took: list[list[float]] = [[] for _ in asks]
    places = random.Random(7)
    for at in range(rounds):
        first = START + places.randrange(100_000) * MINUTE
        for ask, mine in zip(asks, took, strict=True):
            began = perf_counter()
            ask(first)
            mine.append((perf_counter() - began) * 1_000)
        print(f"\r{at + 1} of {rounds} rounds", end="", file=sys.stderr, flush=True)
    print(file=sys.stderr)
    return [np.array(each[rounds // 10 :]) for each in took]


def page(caller: Caller, more: str = "") -> Callable[[int], None]:
    """Ask for a thousand candles from a time on."""

    def ask(first: int) -> None:
        path = f"/v1/klines?symbol=BTCUSDT&interval=1m&start={first}&limit={PAGE}{more}"
        assert caller.get(path) > PAGE * 80

    return ask


def void(_length: int) -> None:
    """Nothing is asked of the answer."""


def compare(ours: tuple[int, int], baseline: int, rounds: int) -> bool:
    """Print the table and say whether the gates hold."""
    caller, other = Caller(ours[0], SECRET), Caller(baseline, SECRET)
    asks = {
        "baseline: list[Model]": page(other),
        "ours, objects": page(caller),
        "ours, arrays": page(caller, "&shape=arrays"),
        "ours, Arrow": page(caller, "&format=arrow"),
        "a route that does nothing": lambda _: void(caller.get("/v1/ping")),
    }
    took = times(rounds, list(asks.values()))
    medians = {name: float(np.median(each)) for name, each in zip(asks, took, strict=True)}
    for name, each in zip(asks, took, strict=True):
        p50, p99 = np.percentile(each, [50, 99])
        times_faster = medians["baseline: list[Model]"] / p50
        print(f"{name:26} p50 {p50:7.2f} ms  p99 {p99:7.2f} ms  baseline / this {times_faster:5.2f}")
    closed = f"/v1/klines?symbol=BTCUSDT&interval=1m&start={START}&end={START + PAGE * MINUTE}&limit={PAGE}"
    shares = []
    for name, path in {"objects": closed, "arrays": f"{closed}&shape=arrays"}.items():
        ping, known = answers_per_second(["/v1/ping", path], *ours, SECRET)
        shares.append(known[1] / ping[1])
        for at, per in enumerate(("second", "second of processor")):
            rates = f"{known[at]:7.0f}, ping {ping[at]:7.0f}"
            print(f"remembered page, {name:8} per {per:20} {rates}: {known[at] / ping[at]:.2f}")
    ratio = medians["baseline: list[Model]"] / medians["ours, objects"]
    slowest = float(np.percentile(took[1], 99)) / medians["ours, objects"]
    nothing = float(np.percentile(took[4], 99)) / medians["a route that does nothing"]
    print(f"gates: {ratio:.2f} (at least {RATIO}), ", end="")
    print(f"p99 / p50 {slowest:.2f} (at most {TAIL}; of ping {nothing:.2f}), ", end="")
    print(f"{min(shares):.2f} of ping (at least {SHARE})")
    return ratio >= RATIO and slowest <= TAIL and min(shares) >= SHARE


def main() -> None:
    """Fill, serve, compare."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rows", type=int, default=200_000)
    parser.add_argument("--rounds", type=int, default=300)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="opa-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        folder.chmod(0o755)
        with TestDatabase.running(folder / "mariadb") as database:
            fill(database.settings, max(asked.rows, 110_000))
            print(
                f"Python {platform.python_version()}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}"
            )
            with (
                running("ours", database.settings) as ours,
                running("baseline", database.settings) as baseline,
            ):
                kept = compare(ours, baseline[0], asked.rounds)
    sys.exit(0 if kept else 1)


if __name__ == "__main__":
    main()
