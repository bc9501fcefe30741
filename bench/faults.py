"""The full form of the proof that ingest never loses, doubles or invents a candle.

`python -m bench.faults all`, or one of `kills`, `database`, `catalogue`, `model`. Each starts its own servers
in a folder of its own, ends only what it has started, prints a table, and exits with 1 when an invariant is
violated or a bound is missed. `docs/reliability.md` says what the figures mean.
"""

from __future__ import annotations

import asyncio
import logging
import os
import platform
import random
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from tests.faults.catalogue import HEALED_WITHIN_S, Outcome, Stage
from tests.faults.database import kill_under_load
from tests.faults.kills import ARCHIVE, REST, SPEED, Yard, history_round, live_round
from tests.faults.record import on_server
from tests.servers import TestDatabase
from tests.simulator_fixture import START, Simulator, start_simulator

app = typer.Typer(no_args_is_help=True, help=__doc__)
console = Console(width=120)
WRITES_WITHIN_S = 5.0
KILLS_A_ROUND = 8
LONGEST_REST_S, LONGEST_ARCHIVE_S, LONGEST_LIVE_S = 1.5, 1.5, 4.0
REPOSITORY = Path(__file__).parents[1]
MODEL = "tests/faults/test_ingest_model.py"
Seed = Annotated[int, typer.Option(help="Another number is another series of moments.")]


@app.command()
def kills(times: int = 200, seed: Seed = 1, minutes: float = 60) -> None:
    """Kill -9 `python -m ingest` during archive import, REST back-fill and live stream."""
    with _yard(seed, speed="0") as yard:
        began, deadline = time.monotonic(), time.monotonic() + minutes * 60
        rounds: list[Callable[[int], None]] = [
            lambda left: history_round(yard, ARCHIVE, left, LONGEST_ARCHIVE_S),
            lambda left: history_round(yard, REST, left, LONGEST_REST_S),
            lambda left: live_round(yard, left, LONGEST_LIVE_S),
        ]
        turn = 0
        while sum(yard.kills.values()) < times and time.monotonic() < deadline:
            rounds[turn % len(rounds)](min(KILLS_A_ROUND, times - sum(yard.kills.values())))
            turn += 1
        done = sum(yard.kills.values())
        rows = [("kills", f"{done} of {times}"), ("rounds compared", turn)]
        rows += [(f"kills during {kind}", count) for kind, count in yard.kills.items()]
        rows += [("series that differ from the ledger", len(yard.wrong)), ("seconds", _since(began))]
        _end("kill -9 of the ingester", rows, yard.wrong, reached=done >= times)


@app.command()
def database(times: int = 30, seed: Seed = 1) -> None:
    """Kill -9 the database under load, start it on the same port, wait for the next row."""
    with _yard(seed, speed=str(SPEED)) as yard:
        began = time.monotonic()
        found = asyncio.run(kill_under_load(yard, times))
        rows = [("kills", len(found)), ("acknowledged rows lost", "; ".join(yard.wrong) or 0)]
        for name in ("opening", "writer", "stream"):
            values = sorted(getattr(each, name) for each in found)
            rows.append(
                (f"{name}: median, largest (s)", f"{statistics.median(values):.2f}, {values[-1]:.2f}")
            )
        rows.append(("seconds", _since(began)))
        quick = all(max(each.writer, each.stream) <= WRITES_WITHIN_S for each in found)
        _end("kill -9 of the database", rows, yard.wrong, reached=len(found) == times and quick)


@app.command()
def catalogue(mixes: int = 20, size: int = 5, seed: Seed = 1, only: str = "") -> None:
    """Every scenario one after another, then seeded mixes, on MariaDB."""
    with _yard(seed, speed=str(SPEED)) as yard:
        simulator, stage = (
            yard.simulator,
            Stage(yard.simulator, yard.folder, partial(on_server, yard.database)),
        )
        began = time.monotonic()
        plays: list[tuple[str, dict[str, object]]] = [
            (each["name"], {"name": each["name"]})
            for each in simulator.control.scenarios()
            if only in each["name"]
        ]
        plays += [(f"mix {seed + n}", {"mix": seed + n, "size": size}) for n in range(mixes)]
        outcomes = asyncio.run(_play(stage, plays))
        table = Table("scenario", "healed after s", "restarts", "holes", "revisions", "wrong")
        for each in outcomes:
            numbers = (f"{each.healed_s:.2f}", each.restarts, each.holes, each.revisions)
            table.add_row(each.name, *map(str, numbers), "; ".join(each.wrong) or "-")
        console.print(table)
        slowest = max((each.healed_s for each in outcomes), default=0.0)
        wrong = [f"{each.name}: {what}" for each in outcomes for what in each.wrong]
        rows = [("scenarios and mixes", len(outcomes)), ("that differ from the ledger", len(wrong))]
        rows += [("slowest to heal (s)", f"{slowest:.2f}"), ("seconds", _since(began))]
        _end("fault catalogue", rows, wrong, reached=slowest <= HEALED_WITHIN_S)


@app.command()
def model(runs: int = 2_000, steps: int = 50, minutes: float = 60) -> None:
    """Hypothesis: random steps against a dictionary, in memory and (a fiftieth of the runs) on MariaDB."""
    began = time.monotonic()
    environment = {**os.environ, "OPA_MODEL_RUNS": str(runs), "OPA_MODEL_STEPS": str(steps)}
    options = ["-q", "-x", "-p", "no:logging", "-o", f"timeout={minutes * 60:.0f}"]
    command = [sys.executable, "-m", "pytest", MODEL, *options]
    done = subprocess.run(command, env=environment, cwd=REPOSITORY, check=False)
    rows = [("runs in memory, on MariaDB", f"{runs}, {max(3, runs // 50)}"), ("steps", steps)]
    _end("state machine", [*rows, ("seconds", _since(began))], [], reached=done.returncode == 0)


@app.command(name="all")
def everything() -> None:
    """All four, one after another; every one is run even if another fails."""
    codes = []
    for part in ("model", "database", "catalogue", "kills"):
        command = [sys.executable, "-m", "bench.faults", part]
        codes.append(subprocess.run(command, cwd=REPOSITORY, check=False).returncode)
    raise typer.Exit(max(codes))


async def _play(stage: Stage, plays: list[tuple[str, dict[str, object]]]) -> list[Outcome]:
    outcomes = []
    for name, wanted in plays:
        try:
            outcome = await stage.play(name, **wanted)
        except (AssertionError, TimeoutError) as error:
            outcome = Outcome(name, wrong=[f"{type(error).__name__}: {error}"])
        console.print(f"{name}: {outcome.healed_s:.2f} s {'; '.join(outcome.wrong)}")
        outcomes.append(outcome)
    return outcomes


@contextmanager
def _yard(seed: int, speed: str) -> Iterator[Yard]:
    with (
        _folder() as folder,
        TestDatabase.running(folder / "mariadb") as server,
        _simulator(folder, speed) as simulator,
    ):
        work = folder / "work"
        work.mkdir()
        yield Yard(server, simulator, work, random.Random(seed))


@contextmanager
def _simulator(folder: Path, speed: str) -> Iterator[Simulator]:
    with start_simulator(folder, OPA_SIMULATOR_SPEED=speed, OPA_SIMULATOR_START=START) as simulator:
        yield simulator


@contextmanager
def _folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="opa-", ignore_cleanup_errors=True) as name:
        Path(name).chmod(0o755)  # the database runs under an account of its own
        yield Path(name)


def _since(began: float) -> str:
    return f"{time.monotonic() - began:.0f}"


def _end(title: str, rows: list[tuple[str, object]], wrong: list[str], *, reached: bool) -> None:
    machine = f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}"
    table = Table("figure", "value", title=title, caption=machine)
    for name, value in rows:
        table.add_row(name, str(value))
    console.print(table)
    for each in wrong:
        console.print(f"WRONG {each}")
    raise typer.Exit(0 if reached and not wrong else 1)


if __name__ == "__main__":
    logging.basicConfig(level=logging.CRITICAL)
    app()
