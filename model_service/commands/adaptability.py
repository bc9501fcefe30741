"""`adaptability`: how models keep up with a market that changes."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import replace

from rich.console import Console
from rich.table import Table

from market.decision import Role
from market.interval import Series
from market.ports import BacktestRun
from market.store import StoredClock
from model_service.commands.choice import SeriesOption, chosen
from model_service.jobs import DONE, Report, new_job, reported
from model_service.lifecycle.adaptability import Line, adaptability, as_json, in_regimes
from model_service.matrix import data_hash
from model_service.settings import ModelSettings
from model_service.training import Workshop, newest_bars
from model_service.validation.trials import fingerprint
from model_service.wiring import database, workshop

KIND = "adaptability"


def adapt(series: SeriesOption = None) -> None:
    """Frozen, expanding and rolling refits by month, volatility and trend, and in three made-up regimes."""
    settings, db = ModelSettings(), database()
    shop = workshop(settings, db)
    for each in chosen(shop.klines, settings, series):
        clock = StoredClock(db, each.exchange)
        with reported(shop.decisions, new_job(each, clock.now(), kind=KIND), clock.now) as job:
            show(_measure(shop, each, job))
            job.end(DONE, "measured")


def _measure(shop: Workshop, series: Series, job: Report) -> list[Line]:
    # Comparable over years: without groups, which were not recorded for long, and with fixed parameters.
    spec = replace(shop.spec(series, Role.CHAMPION), groups=(), parameters="fixed")
    klines = newest_bars(shop.klines, series)
    lines = adaptability(klines, spec, str(series), lambda at, done: job.say(0.7 * done, at))
    lines += in_regimes(spec, lambda at, done: job.say(0.7 + 0.3 * done, at))
    first, last = (int(klines["open_time"][at].as_py()) for at in (0, -1))
    content = f"{series}|{fingerprint(spec)}|{data_hash(klines)}"
    run_id = f"ad-{hashlib.sha256(content.encode()).hexdigest()[:32]}"
    metrics = {"adaptability": as_json(lines)}
    shop.decisions.save_backtest(
        BacktestRun(run_id, series, Role.CHAMPION, KIND, job.now(), first, last, metrics), ()
    )
    return lines


def show(lines: Sequence[Line]) -> None:
    """A table per market."""
    console = Console()
    for market in dict.fromkeys(each.market for each in lines):
        table = Table("refit", "by", "part", "candles", "AUC", "Brier skill", "slope", "net bp", title=market)
        for each in (line for line in lines if line.market == market):
            table.add_row(
                each.refit, each.by, each.part, str(each.n), f"{each.auc:.3f}", f"{each.brier_skill:+.2%}",
                f"{each.calibration_slope:.2f}", f"{each.net_bp:+.0f}",
            )  # fmt: skip
        console.print(table)
