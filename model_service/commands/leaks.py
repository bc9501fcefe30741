"""`leaks`: is there a leak in a series, its model, or its ledger?"""

from __future__ import annotations

from functools import partial
from typing import Annotated

import typer

from market.decision import Role
from market.store import MySQLLifecycleStore, StoredClock
from model_service.commands.choice import RoleOption, SeriesOption, chosen
from model_service.honesty.clearing import Examined, clear, examine_series, is_blocked
from model_service.jobs import DONE, new_job, reported
from model_service.settings import ModelSettings
from model_service.wiring import database, workshop


def leaks(
    series: SeriesOption = None,
    role: RoleOption = Role.CHAMPION,
    release: Annotated[bool, typer.Option(help="put a blocked model in charge when nothing is found")] = True,
) -> None:
    """Run the leak suite by name; exit 1 when anything is found. A clean blocked model is released."""
    settings, db = ModelSettings(), database()
    shop = workshop(settings, db)
    clean = True
    for each in chosen(shop.klines, settings, series):
        clock = StoredClock(db, each.exchange)
        with reported(shop.decisions, new_job(each, clock.now(), kind="leaks"), clock.now) as report:
            found = examine_series(shop, each, role, partial(report.say, message="walk-forward, made again"))
            report.end(DONE, "nothing found" if found.clean else "leaks found")
        for line in in_words(found):
            typer.echo(f"{each} {role}: {line}")
        clean = clean and found.clean
        if release and found.clean and found.record is not None and is_blocked(found.record):
            placed = clear(MySQLLifecycleStore(db), found.record, found.findings, clock.now())
            typer.echo(f"{each} {role}: {placed.model_id} is released, {placed.card['verdict']}")
    if not clean:
        raise typer.Exit(1)


def in_words(found: Examined) -> list[str]:
    """A line for each check."""
    return [f"{finding.check}: {'; '.join(finding.faults) or 'nothing found'}" for finding in found.findings]
