"""`replay`: recorded decisions again, and why some would be others today."""

from __future__ import annotations

import sys
from typing import Annotated

import orjson
import typer
from rich.console import Console
from rich.table import Table

from market.decision import Role
from market.errors import InvalidInput
from market.interval import END_OF_TIME, Series, parse_time
from model_service.commands.choice import RoleOption, SeriesOption, chosen
from model_service.replay.report import Report, report_view, summed
from model_service.replay.rerun import rerun
from model_service.settings import ModelSettings
from model_service.wiring import database, make_scribe, workshop

_SHOWN = 20
_WIDE = 200
_FROM = typer.Option("--from", help="first candle: ms UTC or ISO 8601; default: the ledger's first")
_TO = typer.Option("--to", help="end, exclusive; default: the ledger's last")


def replay(
    series: SeriesOption = None,
    role: RoleOption = Role.CHAMPION,
    start: Annotated[str | None, _FROM] = None,
    end: Annotated[str | None, _TO] = None,
    strict: Annotated[bool, typer.Option(help="exit 1 where anything differs")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="one JSON document, every difference")] = False,
) -> None:
    """Decide what the ledger recorded again, from the record as it is now; classify every difference.

    none, late_candle, revised_candle, feature_mismatch, other_model, suppressed, unexplained. Nothing is
    written.
    """
    settings, db = ModelSettings(), database()
    scribe = make_scribe(workshop(settings, db), db)
    first = parse_time(start) if start else 0
    last = parse_time(end) if end else END_OF_TIME
    if last <= first:
        raise InvalidInput(f"--to ({end}) must be after --from ({start})")
    found = {
        each: summed(rerun(scribe, each, role, first, last))
        for each in chosen(scribe.klines, settings, series)
    }
    _print_json(found, role) if as_json else _print_tables(found, role)
    if strict and any(report.differences for report in found.values()):
        raise typer.Exit(1)


def _print_json(found: dict[Series, Report], role: Role) -> None:
    content = [{"series": str(each), "role": role, **report_view(report)} for each, report in found.items()]
    typer.echo(orjson.dumps({"replay": content}, option=orjson.OPT_INDENT_2).decode())


def _print_tables(found: dict[Series, Report], role: Role) -> None:
    # A pipe has no width of its own, and a line that is cut cannot be searched.
    console = Console(width=None if sys.stdout.isatty() else _WIDE)
    counts = Table("series", "decisions", "causes", title=f"replay of the {role}")
    for each, report in found.items():
        causes = ", ".join(f"{cause} {count}" for cause, count in report.counts.items() if count)
        counts.add_row(str(each), str(report.examined), causes)
    console.print(counts)
    rows = [(each, row) for each, report in found.items() for row in report_view(report)["rows"]]
    if not rows:
        return
    shown = Table("series", "candle", "cause", "recorded", "now", "why", title="differences")
    for each, row in rows[:_SHOWN]:
        again = row["again"]["action"] if row["again"] else "-"
        recorded = row["recorded"]["action"]
        shown.add_row(str(each), row["opened_at"], row["cause"], recorded, again, row["detail"])
    console.print(shown)
    if len(rows) > _SHOWN:
        typer.echo(f"... and {len(rows) - _SHOWN} more: --json lists every one")
