"""Which release has opened which untouched period, and how a card shows it."""

from __future__ import annotations

from typing import Any, Final

from market.decision import Role
from market.interval import Series
from market.ports import DecisionStore, OpenedPeriod

CARD_ENTRY: Final = "untouched_period"
# As in pyproject.toml; the services also run from a folder that was never installed.
VERSION: Final = "0.1.0"


def release_name(fingerprint: str) -> str:
    """A release of a configuration: version of the project, fingerprint of settings and features."""
    return f"{VERSION}+{fingerprint[:16]}"


def opened_before(store: DecisionStore, series: Series, role: Role, fingerprint: str) -> OpenedPeriod | None:
    """What this release found when it opened the period, None while it is closed."""
    wanted = (role, release_name(fingerprint))
    periods = store.opened_periods(series)
    return next((each for each in periods if (each.role, each.release) == wanted), None)


def shown(period: OpenedPeriod | None) -> dict[str, Any]:
    """The entry of a card for an opened period; nothing while it is closed (`card` says so itself)."""
    if period is None:
        return {}
    about = {"release": period.release, "opened_at": period.opened_at, "from": period.start, "to": period.end}
    return {CARD_ENTRY: {"state": "opened", **about, "metrics": dict(period.metrics)}}
