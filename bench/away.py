"""Servers pulled away under traffic and brought back, again and again.

    python -m bench.away [--rounds 3] [--seconds 15]

In each round MariaDB is killed (-9), hangs (SIGSTOP), Elasticsearch is killed, hangs, each for so many
seconds, while both APIs and the console are asked, ingest writes, the scorer decides and the loader
loads. Exit 1 where an answer is neither 200 nor a clear 503 in time, `/ready` does not name what is missing,
something has not recovered 30 s after the return, or MySQL and Elasticsearch differ at the end.
"""

from __future__ import annotations

import market  # noqa: F401  (first: see market/__init__.py)

import argparse  # isort: skip
import os
import platform
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from rich.console import Console
from rich.table import Table

from bench.house import with_database
from market.interval import MINUTE, Series
from tests.e2e.chain import Chain
from tests.e2e.live import following, last_confirmed, prepare, until
from tests.faults.away import Doors, Traffic, connections, doors, faults, hanging, killed, recovered, wait_for
from tests.servers import Elastic, TestDatabase
from up import processes

SERIES = Series.of("simulated", "BTCUSDT", "1m")
SETTINGS = {
    "OPA_SYMBOLS": "BTCUSDT",
    "OPA_HISTORY": "1m:84 hours",
    "OPA_LATE_AFTER_S": "7200",
    "OPA_RETRAIN": "false",
}
ABOUT = "exchange=simulated&symbol=BTCUSDT&interval=1m"
BY_THE_PAGE = frozenset({200, 503, 504})  # it waits for 20 s
GOES_ON_WITHIN_S = 60
SPEED = 10
READY_WITHIN_S = 300


@dataclass(frozen=True)
class Round:
    """One absence; `unready` are the seconds until both APIs named the database, -1 where they need not."""

    server: str
    how: str
    asked: int
    refused: int
    slowest_s: float
    unready_s: float
    back_s: float


@dataclass
class Searched:
    """Elasticsearch, which may get another process."""

    elastic: Elastic
    process: subprocess.Popen[bytes]

    def kill(self) -> None:
        """As a power cut."""
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait(30)

    def start_again(self) -> None:
        """The same data on the same port."""
        self.process = processes.start(self.elastic.server.command(), self.elastic.server.log)
        self.elastic.server.wait(self.process.pid)


def paths(start: int) -> dict[str, tuple[str, ...]]:
    """What is asked at each door."""
    historic = (
        f"/v1/klines?{ABOUT}&start={start}&limit=500",
        f"/v1/klines/export?{ABOUT}&format=csv",
        f"/v1/klines/describe?{ABOUT}",
        "/v1/prices",
        "/v1/symbols",
        f"/v1/coverage?{ABOUT}",
    )
    model = ("/v1/decisions?limit=200", "/v1/decisions/latest", "/v1/track-record", "/v1/models", "/v1/jobs")
    page = (f"/api/historic{historic[0]}", f"/api/model{model[0]}", "/")
    return {"historic": historic, "model": model, "console": page}


@contextmanager
def away(server: TestDatabase | Searched, how: str) -> Iterator[None]:
    """Killed, or hanging."""
    with killed(server.kill, server.start_again) if how == "killed" else hanging(server.process):
        yield


def absence(
    opened: Doors, traffic: Traffic, server: TestDatabase | Searched, how: str, seconds: float
) -> Round:
    """One server away for so many seconds; fails where something does not recover."""
    began, unready = time.monotonic(), -1.0
    with away(server, how):
        if isinstance(server, TestDatabase):
            for door in ("historic", "model"):
                wait_for(lambda door=door: opened.ready(door) == (503, ["database"]), f"{door} names it")  # type: ignore[misc]
            unready = time.monotonic() - began
        time.sleep(seconds)
    back = recovered(traffic, time.monotonic())
    answers = traffic.since(began)
    refused = [each for each in answers if each.status != 200]
    return Round(
        "MariaDB" if isinstance(server, TestDatabase) else "Elasticsearch",
        how,
        len(answers),
        len(refused),
        max(each.seconds for each in answers),
        unready,
        back,
    )


def goes_on(chain: Chain) -> None:
    """A candle that closes from now on is confirmed."""
    before = last_confirmed(chain, SERIES)
    until(lambda: last_confirmed(chain, SERIES) > before, GOES_ON_WITHIN_S, "the next candle confirmed")


def run(rounds: int, seconds: float) -> tuple[list[Round], list[str]]:
    """Every absence, and what was wrong."""
    made: list[Round] = []
    with with_database(SETTINGS) as (chain, simulator, elastic, database):
        prepare(chain)
        start = simulator.control.now() - 3_000 * MINUTE
        servers: list[TestDatabase | Searched] = [database, Searched(elastic, elastic.process)]
        with following(chain, simulator, (SERIES,), SPEED, READY_WITHIN_S) as rooms, doors(chain) as opened:
            with Traffic(opened, paths(start)).flowing() as traffic:
                recovered(traffic, time.monotonic())
                for _ in range(rounds):
                    for server in servers:
                        for how in ("killed", "hanging"):
                            made.append(absence(opened, traffic, server, how, seconds))
                            goes_on(chain)
                            print(made[-1], file=sys.stderr, flush=True)
            wrong = faults([each for each in traffic.answers if each.door != "console"])
            wrong += faults([e for e in traffic.answers if e.door == "console"], allowed=BY_THE_PAGE)
            wrong += [
                f"{name} has ended" for name, each in opened.processes.items() if each.poll() is not None
            ]
            print(f"database connections at the end: {dict(connections(chain.database.port))}")
            rooms.stop("ingest")
            chain.run("es_loader", "check")
        processes.stop(servers[1].process)
    return made, wrong


def main() -> int:
    """Drill, print, judge."""
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--rounds", type=int, default=3)
    asked.add_argument("--seconds", type=float, default=15)
    chosen = asked.parse_args()
    made, wrong = run(chosen.rounds, chosen.seconds)
    shown = Table("server", "how", "asked", "refused", "slowest, s", "named after, s", "all well after, s")
    for each in made:
        named = f"{each.unready_s:.1f}" if each.unready_s >= 0 else ""
        slowest, back = f"{each.slowest_s:.1f}", f"{each.back_s:.1f}"
        shown.add_row(each.server, each.how, str(each.asked), str(each.refused), slowest, named, back)
    Console(width=110).print(shown)
    print(f"{platform.machine()}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}")
    for line in wrong:
        print(line)
    return 1 if wrong else 0


if __name__ == "__main__":
    raise SystemExit(main())
