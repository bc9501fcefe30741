"""Which series and which model a command is about."""

from __future__ import annotations

from typing import Annotated

import typer

from market.decision import Role
from market.errors import InvalidInput
from market.interval import Series
from market.ports import KlineStore
from model_service.settings import ModelSettings

SeriesOption = Annotated[
    list[str] | None, typer.Option("--series", help="exchange/SYMBOL/interval; may be repeated")
]
RoleOption = Annotated[Role, typer.Option(help="which model speaks")]


def chosen(klines: KlineStore, settings: ModelSettings, given: list[str] | None) -> list[Series]:
    """The given series, or those of the settings; `InvalidInput` for one that the store lacks."""
    known = {series for series, _ in klines.listed()}
    if given:
        wanted = list(dict.fromkeys(Series.parse(text) for text in given))
        missing = [each for each in wanted if each not in known]
    else:
        wanted, missing = settings.followed(known), []
    if missing or not wanted:
        name = missing[0] if missing else "no series of OPA_SYMBOLS x OPA_HISTORY"
        raise InvalidInput(f"{name} is not in the store: `python -m ingest populate` first")
    return wanted
