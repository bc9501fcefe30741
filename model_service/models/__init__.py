"""Kinds of models: one file each, and the table that registers them."""

from __future__ import annotations

from typing import Final

from market.errors import InvalidInput
from model_service.models import gradient_boosting, hist_gradient_boosting, logistic
from model_service.models.fitted import Kind

MODELS: Final[dict[str, Kind]] = {
    "lightgbm": gradient_boosting,
    "hist_gradient_boosting": hist_gradient_boosting,
    "logistic": logistic,
}


def kind(name: str) -> Kind:
    """The kind of this name; `InvalidInput` names those that exist."""
    if name not in MODELS:
        raise InvalidInput(f"unknown kind of model {name!r}: use one of {', '.join(MODELS)}")
    return MODELS[name]
