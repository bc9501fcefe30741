"""`python -m kibana build|lint|push|check|requests|notify`."""

from __future__ import annotations

import sys
import time
from typing import Annotated

import typer
from pydantic import ValidationError

from kibana.alerts.command import pushed_rules
from kibana.export import EXPORT, linted, saved_objects
from kibana.linter import RULES, lint
from kibana.notifier.command import notify
from kibana.objects import SavedObject
from kibana.push import adapt, push
from kibana.runner.commands import check_panels, requests
from kibana.settings import KibanaSettings
from kibana.shown import shown
from market import hear_ctrl_c
from market.errors import MarketError
from market.store import Database, MySQLKlineStore
from market.store.settings import StoreSettings

app = typer.Typer(no_args_is_help=True, help="The saved dashboards: build the export, push it to a Kibana.")


class WallClock:
    """The machine's clock: Kibana's own `now`, which its relative time ranges use."""

    def now(self) -> int:
        """Milliseconds UTC."""
        return time.time_ns() // 1_000_000


@app.command()
def build(
    check: Annotated[bool, typer.Option(help="Only compare: exit 1 when the export is out of date.")] = False,
) -> None:
    """Write export/opa.ndjson from the dashboards' source; nothing is written while the linter objects."""
    text = linted(saved_objects())
    if check and EXPORT.read_text(encoding="utf-8") != text:
        typer.echo(f"{EXPORT.name} is out of date: run `python -m kibana build`", err=True)
        raise typer.Exit(1)
    if not check:
        EXPORT.write_text(text, encoding="utf-8")
        typer.echo(f"wrote {EXPORT.name}: {text.count(chr(10))} objects")


@app.command(name="lint")
def lint_() -> None:
    """What the linter finds wrong with the dashboards; exit 1 when it finds anything."""
    findings = lint(saved_objects())
    for each in findings:
        typer.echo(each)
    typer.echo(f"{len(findings)} findings of {len(RULES)} rules", err=True)
    if findings:
        raise typer.Exit(1)


@app.command(name="push")
def push_() -> None:
    """Import dashboards and alert rules into KIBANA_URL, opened on the data that MySQL holds."""
    settings = KibanaSettings()
    taken = push(settings, _as_pushed())
    typer.echo(f"Kibana took {taken} objects: {settings.url}/app/dashboards#/view/opa-market")
    for said in pushed_rules(settings, Database(StoreSettings(), "reader")):
        typer.echo(said)


@app.command()
def check() -> None:
    """Ask Elasticsearch what Kibana would ask for every panel; exit 1 when one is empty or refused."""
    check_panels(_as_pushed())


app.command()(requests)
app.command()(notify)


def _as_pushed() -> list[SavedObject]:
    store = MySQLKlineStore(Database(StoreSettings(), "reader"))
    return adapt(saved_objects(), shown(store, WallClock()))


def main() -> None:
    """Run the command; an error of ours is one clear line, not a traceback."""
    hear_ctrl_c()
    try:
        app()
    except ValidationError as error:
        names = ", ".join(str(each["loc"][0]) for each in error.errors() if each["loc"])
        typer.echo(f"kibana: settings are missing or wrong: {names}; see up/.env.example", err=True)
        sys.exit(2)
    except MarketError as error:
        typer.echo(f"kibana: {error}", err=True)
        sys.exit(1)


if __name__ == "__main__":
    main()
