"""`train`: models for the series."""

from __future__ import annotations

from typing import Annotated

import typer

from market.errors import InvalidInput
from market.interval import Series
from market.ports import DecisionStore
from market.store import MySQLDecisionStore, StoredClock
from model_service.commands.choice import SeriesOption, chosen
from model_service.jobs import new_job
from model_service.lifecycle.trainer import be_polite
from model_service.parallel import train_all, train_one
from model_service.settings import ModelSettings
from model_service.training import due_roles
from model_service.wiring import database, workshop


def train(
    series: SeriesOption = None,
    force: Annotated[bool, typer.Option(help="train even where the model in use is current")] = False,
    job: Annotated[list[str] | None, typer.Option(help="job id for each --series", hidden=True)] = None,
) -> None:
    """Train champion and challenger of each series; the default is OPA_SYMBOLS x OPA_HISTORY."""
    settings, db = ModelSettings(), database()
    shop = workshop(settings, db)
    store = shop.decisions
    wanted = chosen(shop.klines, settings, series)
    jobs = [found for each in job or [] if (found := store.job(each))] or [
        new_job(each, StoredClock(db, each.exchange).now())
        for each in wanted
        if due_roles(shop, each, force=force)
    ]
    for waiting in jobs:
        store.save_job(waiting)
    refused, failed = train_all(store, jobs, settings, force=force) if jobs else ([], [])
    for each in wanted:
        _print_models(store, each)
    for reason in refused + failed:
        typer.echo(f"not trained: {reason}", err=True)
    # A market that is too young holds up no others, unless it was asked for by name.
    if failed or (refused and series):
        raise typer.Exit(1)


def retrain(job: Annotated[str, typer.Option(help="id of the waiting job")]) -> None:
    """Train the series of one job, in this process and out of the way of others; the scorer asks for it."""
    settings = ModelSettings()
    be_polite(settings.retrain_limit_s)
    waiting = MySQLDecisionStore(database()).job(job)
    if waiting is None:
        raise InvalidInput(f"no job {job!r}: GET /v1/jobs lists them")
    if refused := train_one(waiting, settings, force=True):
        raise InvalidInput(refused)


def _print_models(store: DecisionStore, series: Series) -> None:
    for record in store.models(series, active_only=True):
        typer.echo(f"{series} {record.role}: {record.model_id}, {record.card['verdict']}")
