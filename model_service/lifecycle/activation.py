"""A challenger that somebody wants in charge: the rule decides, the timeline tells who asked and why."""

from __future__ import annotations

from market.decision import Role
from market.errors import InvalidInput
from market.ports import LifecycleStore, ModelRecord
from model_service.lifecycle.promotion import MOVED_FROM, examine, in_charge_of, promote
from model_service.training import Workshop


def activate(
    shop: Workshop, life: LifecycleStore, model: ModelRecord, who: str, why: str, now: int
) -> ModelRecord:
    """The champion afterwards; nothing happens where the model is champion already.

    `InvalidInput` for a model that is not the challenger in use, and with what the rule found against it.
    """
    series = model.series
    places = in_charge_of(shop, series)
    champion, challenger = places[Role.CHAMPION], places[Role.CHALLENGER]
    # A model that changed places goes on under another id.
    if model.model_id in (champion.model_id, champion.card.get(MOVED_FROM)):
        return champion
    if model.model_id != challenger.model_id:
        raise InvalidInput(
            f"{model.model_id} is not the challenger of {series} in use: {challenger.model_id} is"
        )
    finding = examine(shop, life, series, now)
    if not finding.passed:
        against = "; ".join(f"{each.name}: {each.found}" for each in finding.criteria if not each.holds)
        raise InvalidInput(f"{model.model_id} does not become champion of {series}: {against}")
    champion, _ = promote(shop, life, series, finding, now, {"by": who, "why": why})
    return champion
