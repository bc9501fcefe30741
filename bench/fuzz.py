"""Do both APIs answer as they declare, whatever is asked, and give nothing away to hostile text?

    python -m bench.fuzz [--cases 1000] [--database] [--only /v1/klines]
    python -m bench.fuzz inject [--payloads 1000]

The first makes requests up from the OpenAPI documents (schemathesis), for every operation, with a key and
without one, over the twins or a real MariaDB. The second puts payloads into every parameter, header and
field, over a real MariaDB with the database users of production. One line per operation; exit code 1 after
any fault: a 5xx, a status or an answer that is not declared, a row that was not asked for, a table that is
not as before, a forged line in the log.
"""

from __future__ import annotations

import market  # noqa: F401  (first: see market/__init__.py)

import tempfile  # isort: skip
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Annotated

import typer

from tests.apis.fuzzing import fuzz, operations
from tests.apis.house import OPERATE_KEY, House, house_in_memory, house_on_database
from tests.apis.injection import besiege
from tests.apis.log_lines import logged
from tests.apis.payloads import payloads
from tests.model_service.api.stocked import trained
from tests.servers import TestDatabase

cli = typer.Typer(add_completion=False, help=__doc__)
FAULTS_SHOWN = 5


@contextmanager
def open_house(database: bool) -> Iterator[tuple[House, TestDatabase | None]]:
    """Both APIs, and the database under them."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="opa-")))
        folder.chmod(0o755)
        if not database:
            yield stack.enter_context(house_in_memory(folder, trained())), None
            return
        server = stack.enter_context(TestDatabase.running(folder / "mariadb"))
        yield stack.enter_context(house_on_database(folder / "models", trained(), server.settings)), server


@cli.callback(invoke_without_command=True)
def fuzzed(
    context: typer.Context,
    cases: Annotated[int, typer.Option(min=4, help="for each operation and key")] = 1_000,
    database: Annotated[bool, typer.Option(help="over a real MariaDB")] = False,
    seed: int = 1,
    only: Annotated[str, typer.Option(help="operations whose path contains this")] = "",
) -> None:
    """Requests made up from the OpenAPI documents."""
    if context.invoked_subcommand:
        return
    faults = asked = 0
    with open_house(database) as (house, _), logged():
        for api, address in house.addresses.items():
            for operation in operations(address):
                for key in (OPERATE_KEY, None) if only in operation.path else ():
                    began = time.monotonic()
                    tally = fuzz(operation, address, key, cases, seed)
                    whose = "with a key" if key else "without"
                    told = f"{api} {tally.operation} {whose}: {tally.cases} cases, {dict(tally.statuses)}"
                    typer.echo(f"{told}, {time.monotonic() - began:.0f} s")
                    for kind, what in tally.faults.items():
                        typer.echo(f"  {kind}\n{what}")
                    faults, asked = faults + len(tally.faults), asked + tally.cases
    typer.echo(f"{asked} cases, {faults} faults")
    raise typer.Exit(faults > 0)


@cli.command()
def inject(count: Annotated[int, typer.Option("--payloads", min=1, help="into every place")] = 1_000) -> None:
    """Hostile text in every place of every request."""
    with open_house(database=True) as (house, server), logged() as lines:
        assert server is not None
        hostile = payloads(count)
        found = besiege(house, server, lambda: hostile, typer.echo)
    faults = found.faults + lines.faults()
    for fault in lines.faults()[:FAULTS_SHOWN]:
        typer.echo(fault)
    typer.echo(f"{found.requests} requests, {count} payloads, {lines.count} log lines, {len(faults)} faults")
    raise typer.Exit(bool(faults))


if __name__ == "__main__":
    cli()
