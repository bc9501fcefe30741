"""`promote` and `rollback`: who is champion."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from market.interval import Series
from market.store import MySQLLifecycleStore, StoredClock
from model_service.commands.choice import SeriesOption, chosen
from model_service.lifecycle import promotion
from model_service.settings import ModelSettings
from model_service.training import Workshop
from model_service.wiring import database, workshop


def promote(
    series: SeriesOption = None,
    check: Annotated[bool, typer.Option(help="only say what the rule finds")] = False,
) -> None:
    """Let the challenger take the champion's place where the rule allows it; exit 1 where it does not."""
    allowed = True
    for shop, life, each, now in _places(series):
        finding = promotion.examine(shop, life, each, now)
        _show(each, finding)
        allowed = allowed and finding.passed
        if finding.passed and not check:
            champion, _ = promotion.promote(shop, life, each, finding, now)
            typer.echo(f"{each}: {champion.model_id} is champion")
    if not allowed:
        raise typer.Exit(1)


def rollback(
    series: Annotated[list[str], typer.Option("--series", help="exchange/SYMBOL/interval; may be repeated")],
) -> None:
    """Put the champion before this one back in charge, at once."""
    for shop, life, each, now in _places(series):
        champion = promotion.roll_back(shop, life, each, now)
        typer.echo(f"{each}: {champion.model_id} is champion again")


def _places(given: list[str] | None) -> Iterator[tuple[Workshop, MySQLLifecycleStore, Series, int]]:
    settings, db = ModelSettings(), database()
    shop = workshop(settings, db)
    for each in chosen(shop.klines, settings, given):
        yield shop, MySQLLifecycleStore(db), each, StoredClock(db, each.exchange).now()


def _show(series: Series, finding: promotion.Finding) -> None:
    table = Table("condition", "found", "", title=str(series))
    for each in finding.criteria:
        table.add_row(each.name, each.found, "yes" if each.holds else "no")
    Console().print(table)
