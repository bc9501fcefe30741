"""`backtest`: the walk-forward alone."""

from __future__ import annotations

import typer

from market.decision import Role
from market.interval import Series
from market.store import StoredClock
from model_service.commands.choice import RoleOption, SeriesOption, chosen
from model_service.jobs import Report, new_job, reported
from model_service.settings import ModelSettings
from model_service.training import Workshop, backtest_series
from model_service.wiring import database, workshop


def backtest(series: SeriesOption = None, role: RoleOption = Role.CHAMPION) -> None:
    """Run and store the walk-forward of each series; models are left alone."""
    settings, db = ModelSettings(), database()
    shop = workshop(settings, db)
    for each in chosen(shop.klines, settings, series):
        clock = StoredClock(db, each.exchange)
        with reported(shop.decisions, new_job(each, clock.now(), kind="backtest"), clock.now) as report:
            _backtest_one(shop, each, role, report)


def _backtest_one(shop: Workshop, series: Series, role: Role, report: Report) -> None:
    run = backtest_series(shop, series, role, report)
    typer.echo(f"{series} {role}: run {run.run_id}, {len(run.equity)} points of equity")
