"""`python -m es_loader`: what MySQL records becomes documents in Elasticsearch."""

from __future__ import annotations

import logging
import signal
import sys
from datetime import UTC, datetime
from types import FrameType
from typing import Annotated, Final, NoReturn

import orjson
import typer
from pydantic import ValidationError
from rich.console import Console

from es_loader import anchors
from es_loader.assembly import assembled
from es_loader.beat import told
from es_loader.check import compare
from es_loader.everything import EVERYTHING
from es_loader.patience import persistently
from es_loader.ranges import ALL_TIME, Span
from es_loader.replay import replay
from es_loader.report import table
from es_loader.settings import LoaderSettings
from market import hear_ctrl_c
from market.documents import DOCUMENTS
from market.errors import InvalidInput, MarketError
from market.logs import start_logging
from market.outbound import confine
from market.ports import ServiceName
from market.store.beating import beating

_TIMES: Final = ["%Y-%m-%d", "%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"]
app = typer.Typer(no_args_is_help=True, add_completion=False, help=__doc__)


@app.callback()
def begin() -> None:
    """What MySQL records becomes documents in Elasticsearch."""
    start_logging(ServiceName.LOADER, LoaderSettings().log_level)
    logging.getLogger("elastic_transport").setLevel(logging.WARNING)


@app.command()
def bootstrap() -> None:
    """Make templates, indices and aliases, so that no panel ever asks for a missing index."""
    loader = assembled()
    loader.bootstrap()
    typer.echo(f"ready: {', '.join(stream.alias for stream in DOCUMENTS.values())}")


@app.command()
def follow() -> None:
    """Follow the change log until told to end; wait for servers that are away."""
    loader = assembled()
    with beating(ServiceName.LOADER, lambda: told(loader.measured())):
        persistently(loader.bootstrap)
        loader.follower().run()


@app.command()
def rebuild(
    stream: Annotated[list[str] | None, typer.Option(help="Only this stream (may be repeated).")] = None,
    since: Annotated[datetime | None, typer.Option(formats=_TIMES, help="From this time on, UTC.")] = None,
    until: Annotated[datetime | None, typer.Option(formats=_TIMES, help="Before this time, UTC.")] = None,
) -> None:
    """Load everything from MySQL into a new generation, then switch the aliases to it.

    Of a range of times the documents are written over in place, and those that MySQL does not hold removed.
    """
    loader, names = assembled(), stream or EVERYTHING
    if since is None and until is None:
        written = loader.rebuild().run(names)
    else:
        span = Span(_ms(since) if since else 0, _ms(until) - 1 if until else ALL_TIME.end)
        written = loader.renewal().run(names, span)
    for name, count in written.items():
        typer.echo(f"{name}: {count} documents")


@app.command()
def check() -> None:
    """Compare counts and sums per series and day; exit 1 when MySQL and Elasticsearch differ."""
    loader = assembled()
    result = compare(loader.record, loader.writer)
    Console().print(table(result))
    if result.differences:
        typer.echo("MySQL and Elasticsearch differ; run `python -m es_loader rebuild`", err=True)
        raise typer.Exit(1)


@app.command("anchors")
def list_anchors() -> None:
    """Print every anchor as a line of JSON, to be kept where neither server is."""
    for body in anchors.stored(assembled().writer):
        typer.echo(orjson.dumps(body))


@app.command("verify-anchors")
def verify_anchors() -> None:
    """Walk every hash chain of the ledger against its anchors; exit 1 and name what is broken."""
    loader = assembled()
    broken = []
    for finding in anchors.verify(loader.record, anchors.stored(loader.writer)):
        typer.echo(str(finding))
        broken += [f"{finding.series} {finding.role}: {fault}" for fault in finding.faults]
    for line in broken:
        typer.echo(line, err=True)
    if broken:
        raise typer.Exit(1)


@app.command("replay-dead-letters")
def replay_dead_letters() -> None:
    """Send refused documents again; those refused again stay in the file."""
    loader = assembled()
    sent, left = replay(loader.dead_letters, loader.writer, loader.state().generations)
    typer.echo(f"{sent} replayed, {left} refused again")
    if left:
        raise typer.Exit(1)


def _ms(time: datetime) -> int:
    return round(time.replace(tzinfo=UTC).timestamp() * 1000)


def main() -> None:
    """Errors of ours become one line and an exit code; SIGTERM ends the process at once, safely."""
    hear_ctrl_c()
    signal.signal(signal.SIGTERM, _end)
    try:
        app(standalone_mode=True)
    except InvalidInput as error:
        _fail(str(error), 2)
    except ValidationError as error:
        missing = ", ".join(str(each["loc"][0]) for each in error.errors())
        _fail(f"settings are missing or wrong: {missing}; see up/.env.example", 2)
    except MarketError as error:
        _fail(str(error), 1)


def _end(_signal: int, _frame: FrameType | None) -> NoReturn:
    sys.exit(0)  # everything is idempotent and the cursor follows the acknowledgement: any moment is safe


def _fail(message: str, code: int) -> NoReturn:
    typer.echo(message, err=True)
    sys.exit(code)


if __name__ == "__main__":
    confine("es-loader")
    main()
