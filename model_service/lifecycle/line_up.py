"""Which kind of model speaks in which role: the settings' choice, until a promotion changed it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from market.decision import Role
from market.ports import ModelRecord

# On the card of a model that a promotion put into its role, and of those trained after it in that role.
PROMOTED: Final = "promoted"


def kinds(default: Mapping[Role, str], active: Iterable[ModelRecord]) -> dict[Role, str]:
    """The kind for each role of one series; `active` are the models in charge of it."""
    moved = {each.role: each.kind for each in active if each.card.get(PROMOTED)}
    return dict(default) | moved if Role.CHAMPION in moved else dict(default)
