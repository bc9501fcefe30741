"""`portfolio`: what the watched coins are worth."""

from __future__ import annotations

from functools import cache
from typing import Final

import typer

from market.store import MySQLDecisionStore, MySQLKlineStore, MySQLTickStore, StoredClock
from model_service.portfolio.watch import Watch
from model_service.settings import ModelSettings
from model_service.wiring import database

_SHOWN: Final = ("began_with", "value", "following", "buy_and_hold")


def portfolio() -> None:
    """Print the watched portfolio beside following the decisions and buy-and-hold; costs are paid."""
    db = database()
    watch = Watch(
        MySQLKlineStore(db),
        MySQLDecisionStore(db),
        MySQLTickStore(db),
        cache(lambda exchange: StoredClock(db, exchange)),
        ModelSettings().watched,
    )
    found = watch.now()
    for each in found["holdings"]:
        age = "no price" if each["age_ms"] is None else f"price {each['age_ms'] / 1000:.0f} s old"
        age = "cash" if each["cash"] else age
        worth = "unknown" if each["value"] is None else f"{each['value']} {each['quote']}"
        typer.echo(f"{each['exchange']} {each['name']}: {each['amount'] or '?'} = {worth} ({age})")
    for total in found["totals"]:
        parts = [f"{name.replace('_', ' ')} {total[name] or 'unknown'}" for name in _SHOWN]
        typer.echo(f"{total['exchange']} {total['quote']}: {', '.join(parts)}")
