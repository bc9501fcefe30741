"""The full form of the proof that the loader loses, doubles and invents nothing.

`python -m bench.loader_faults together`, `kills` or `server-kills`. Each starts its own MariaDB and its own
Elasticsearch in a folder of its own, ends only what it has started, prints its progress and a table, exits
with 1 when the two differ. The check is the product's own (`python -m es_loader check`): counts and sums of
every stream, series and day. `docs/reliability.md` says what the figures mean.
"""

from __future__ import annotations

import market  # noqa: F401  (first: see market/__init__.py)

import logging  # isort: skip
import os
import random
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from tests.es_loader.drill import Drill, Misery
from tests.servers import TestDatabase

app = typer.Typer(no_args_is_help=True, help=__doc__)
console = Console(width=110)
CACHE = Path(__file__).parents[1] / ".run" / "cache"
Seed = Annotated[int, typer.Option(help="Another number is another series of moments.")]


@app.command()
def together(
    candles: int = 50_000,
    away_s: Annotated[float, typer.Option(help="3600 is the hour; waits are capped at 15 s anyway.")] = 60,
    seed: Seed = 1,
) -> None:
    """2 % of items 429, 20 % of requests 503, 20 % applied and then cut, and the server away for a time."""
    with _drill(seed) as drill:
        began = time.monotonic()
        found = drill.together(candles, Misery(seed), away_s, _say)
        rows: list[tuple[str, object]] = [("candles", candles), ("bulk requests", found.requests)]
        rows += [(f"answers spoiled: {name}", count) for name, count in found.spoiled.items()]
        rows += [
            ("away (s)", found.away_s),
            ("planted poison, dead letters", f"{found.poison}, {found.dead}"),
        ]
        _end("faults together", rows, found.wrong, began)


@app.command()
def kills(times: int = 100, seed: Seed = 1, minutes: float = 60) -> None:
    """Kill -9 `python -m es_loader follow` while MySQL is written to."""
    _killing("kill -9 of the loader", lambda drill: drill.kill_the_loader, times, seed, minutes)


@app.command("server-kills")
def server_kills(times: int = 20, seed: Seed = 1, minutes: float = 60) -> None:
    """Kill -9 Elasticsearch under a follower while MySQL is written to, and start it on the same port."""
    _killing("kill -9 of Elasticsearch", lambda drill: drill.kill_the_server, times, seed, minutes)


def _killing(
    title: str, turn: Callable[[Drill], Callable[[], None]], times: int, seed: int, minutes: float
) -> None:
    with _drill(seed) as drill:
        began = time.monotonic()
        drill.catch_up()
        done = 0
        while done < times and time.monotonic() < began + minutes * 60:
            turn(drill)()
            done += 1
            _say(f"{done} of {times} kills, {drill.written} candles written")
        wrong = drill.compared()
        if done < times:
            wrong.append(f"only {done} of {times} kills in {minutes:g} minutes")
        rows: list[tuple[str, object]] = [("kills", f"{done} of {times}"), ("candles", drill.written)]
        _end(title, rows, wrong, began)


@contextmanager
def _drill(seed: int) -> Iterator[Drill]:
    with tempfile.TemporaryDirectory(prefix="opa-drill-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        folder.chmod(0o755)  # the servers run under an account of their own
        with (
            TestDatabase.running(folder / "mariadb") as database,
            Drill.running(folder, CACHE, database.settings, random.Random(seed)) as drill,
        ):
            yield drill


def _say(line: str) -> None:
    console.print(line)


def _end(title: str, rows: list[tuple[str, object]], wrong: list[str], began: float) -> None:
    table = Table("figure", "value", title=title, caption=f"{os.uname().machine}, {os.cpu_count()} cores")
    for name, value in [*rows, ("differences", len(wrong)), ("seconds", f"{time.monotonic() - began:.0f}")]:
        table.add_row(name, str(value))
    console.print(table)
    for each in wrong:
        console.print(f"WRONG {each}")
    raise typer.Exit(1 if wrong else 0)


if __name__ == "__main__":
    logging.basicConfig(level=logging.CRITICAL)
    app()
