"""`release`: open the untouched period, once."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import partial
from typing import Any

import typer

from market.decision import Role
from market.interval import Series
from market.ports import OpenedPeriod
from market.store import StoredClock
from model_service.commands.choice import RoleOption, SeriesOption, chosen
from model_service.jobs import DONE, new_job, reported
from model_service.settings import ModelSettings
from model_service.validation.release import open_untouched
from model_service.wiring import database, workshop


def release(series: SeriesOption = None, role: RoleOption = Role.CHAMPION) -> None:
    """Judge the newest candles that nothing was judged on; a release can do this once, then it is shown."""
    settings, db = ModelSettings(), database()
    shop = workshop(settings, db)
    for each in chosen(shop.klines, settings, series):
        clock = StoredClock(db, each.exchange)
        with reported(shop.decisions, new_job(each, clock.now(), kind="release"), clock.now) as report:
            progress = partial(report.say, message=f"{role}: walk-forward")
            found = open_untouched(shop, each, role, report.now(), progress)
            report.end(DONE, "opened")
        for line in in_words(each, role, found):
            typer.echo(line)


def in_words(series: Series, role: Role, period: OpenedPeriod) -> list[str]:
    """The period in three lines."""
    metrics: dict[str, Any] = dict(period.metrics)
    scores, net = metrics["scores"], metrics["net"]
    lines = [
        f"{series} {role}: release {period.release}, opened at {_day(period.opened_at)},"
        f" candles {_day(period.start)} to {_day(period.end)}"
    ]
    if "accuracy" in scores:
        lines.append(
            f"  accuracy {scores['accuracy']:.3f} ({scores['accuracy_low']:.3f} to"
            f" {scores['accuracy_high']:.3f}), base rate {scores['base_rate_accuracy']:.3f}, persistence"
            f" {scores['persistence_accuracy']:.3f}, AUC {scores['auc']:.3f}, Brier skill"
            f" {scores['brier_skill']:+.2%}"
        )
    held = metrics["buy_and_hold"]["total"]
    lines.append(f"  net {net['total']:+.1%} in {net['trades']} trades, buy-and-hold {held:+.1%}")
    return lines


def _day(time: int) -> str:
    return datetime.fromtimestamp(time / 1000, UTC).isoformat(timespec="minutes")
