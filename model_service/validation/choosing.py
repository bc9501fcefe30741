"""Seeking parameters for a series without training it."""

from __future__ import annotations

from market.decision import Role
from market.interval import Series
from model_service.contamination import revised
from model_service.matrix import history
from model_service.spec import plan
from model_service.training import Workshop, newest_bars
from model_service.validation.choice import Choice, choose
from model_service.validation.trials import count


def seek(shop: Workshop, series: Series, role: Role, now: int) -> Choice:
    """What `OPA_PARAMETERS=chosen` would choose; every set tried is counted."""
    spec, klines = shop.spec(series, role), newest_bars(shop.klines, series)
    known = history(klines, spec, revised(shop.klines.revisions(series)), shop.quotes(series, spec, klines))
    first = next(plan(len(known.open_times), spec.interval).blocks())[0]
    choice = choose(known, first, spec)
    count(shop.decisions, series, spec, choice.tried, now)
    return choice
