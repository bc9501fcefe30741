"""`choose`: which of the declared parameters the first training part would have chosen."""

from __future__ import annotations

import typer

from market.decision import Role
from market.store import StoredClock
from model_service.commands.choice import RoleOption, SeriesOption, chosen
from model_service.settings import ModelSettings
from model_service.validation.choice import Choice
from model_service.validation.choosing import seek
from model_service.wiring import database, workshop


def choose(series: SeriesOption = None, role: RoleOption = Role.CHAMPION) -> None:
    """Try every declared set of parameters on the first training part; each counts as a trial."""
    settings, db = ModelSettings(), database()
    shop = workshop(settings, db)
    for each in chosen(shop.klines, settings, series):
        found = seek(shop, each, role, StoredClock(db, each.exchange).now())
        for line in in_words(found):
            typer.echo(f"{each} {role}: {line}")


def in_words(choice: Choice) -> list[str]:
    """A line per set tried, then what was chosen."""
    tried = [
        f"{each.name}: log-likelihood {each.skill * 1e4:+.2f}e-4 a candle above a coin's"
        f" (+- {each.error * 1e4:.2f} against fixed), Sharpe per bar {each.sharpe_per_bar:+.4f}"
        for each in choice.tried
    ]
    return [*tried, f"chosen: {choice.name}; probability of overfitting {choice.overfitting:.2f}"]
