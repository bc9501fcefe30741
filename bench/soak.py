"""Mixed traffic on a house with a live market, for an hour: does anything grow, slow down, leak or fail?

    python -m bench.soak [--minutes 60] [--speed 10]

Starts MariaDB, Elasticsearch, the simulator (its market at ten times real pace), ingest, scorer, loader,
both APIs and the console; asks for pages, cached ranges, exports, predictions, decisions, the track record
and the page, and listens to events. The second tenth of the time is compared with the last: exit 1 where the
memory of a process of ours grows by more than 5 %, p99 by more than 20 %, anything is left open, or one
answer is wrong.
"""

from __future__ import annotations

import market  # noqa: F401  (first: see market/__init__.py)

import argparse  # isort: skip
import os
import platform
import sys

from rich.console import Console
from rich.table import Table

from bench.house import started
from market.interval import MINUTE, Series
from tests.e2e.live import following, prepare
from tests.faults.away import doors
from tests.faults.mix import Mix
from tests.faults.soak import Soaked, soak

SYMBOLS = ("BTCUSDT", "ETHUSDT")
SERIES = tuple(Series.of("simulated", symbol, "1m") for symbol in SYMBOLS)
SETTINGS = {
    "OPA_SYMBOLS": ",".join(SYMBOLS),
    "OPA_HISTORY": "1m:5 days",
    "OPA_LATE_AFTER_S": "1200",
    "OPA_RETRAIN": "false",  # a training beside is measured elsewhere, and would hide a drift
}
READY_WITHIN_S = 300  # on a busy machine the rooms take minutes to start


def tables(result: Soaked) -> list[Table]:
    """Memory by process, p99 by kind."""
    memory = Table("process", "MB then", "MB now", "drift", "files", "connections", title="memory, medians")
    for name, (then, now, growth) in result.memory_drift().items():
        held = result.after[name]
        memory.add_row(
            name, f"{then:.1f}", f"{now:.1f}", f"{growth:+.1%}", str(held.files), str(held.outgoing)
        )
    times = Table("kind", "asked", "p99 then, ms", "p99 now, ms", "drift", title="answers")
    for kind, (then, now, growth) in result.p99().items():
        asked = sum(each.kind == kind for each in result.asked)
        times.add_row(kind, f"{asked:,}", f"{then:.1f}", f"{now:.1f}", f"{growth:+.0%}")
    then, now, growth = result.p99_of_all()
    times.add_row(
        "all, of the median", f"{len(result.asked):,}", f"{then:.2f}", f"{now:.2f}", f"{growth:+.0%}"
    )
    return [memory, times]


def run(minutes: float, speed: float) -> Soaked:
    """A house, its traffic, its end."""
    with started(SETTINGS) as (chain, simulator, _):
        prepare(chain)
        first = simulator.control.now() - 4 * 24 * 60 * MINUTE
        with following(chain, simulator, SERIES, speed, READY_WITHIN_S) as rooms, doors(chain) as opened:
            pids = {name: process.pid for name, process in (rooms.processes | opened.processes).items()}
            pids["simulator"] = simulator.pid
            mix = Mix(opened, SERIES, first)
            result = soak(mix, pids, chain.database.port, minutes * 60, _told)
            rooms.stop("ingest")
            chain.run("es_loader", "check")
    return result


def _told(share: float) -> None:
    if sys.stderr.isatty():
        print(f"\r{share:6.1%}", end="", file=sys.stderr)


def main() -> int:
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--minutes", type=float, default=60)
    asked.add_argument("--speed", type=float, default=10, help="pace of the market")
    chosen = asked.parse_args()
    load = os.getloadavg()[0]
    result = run(chosen.minutes, chosen.speed)
    for each in tables(result):
        Console(width=110).print(each)
    print(f"{result.events} events on {len(result.listened)} streams; database connections {result.database}")
    print(f"{result.busy} times told to ask for a long answer later")
    print(f"{platform.machine()}, {os.cpu_count()} cores, load {load:.1f} to {os.getloadavg()[0]:.1f}")
    failures = result.failures()
    for line in failures[:50]:
        print(line)
    print(f"{len(failures)} failures over {chosen.minutes:g} minutes")
    return 1 if failures else 0


if __name__ == "__main__":
    raise SystemExit(main())
