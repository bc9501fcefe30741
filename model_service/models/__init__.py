"""Kinds of models: one file each, and the table that registers them."""

from __future__ import annotations

from typing import Final

from market.errors import InvalidInput
from model_service.models import gradient_boosting, hist_gradient_boosting, logistic
from model_service.models.fitted import NO_CHANGE, Kind, Parameters

FIXED: Final = "fixed"
MODELS: Final[dict[str, Kind]] = {
    "lightgbm": gradient_boosting,
    "hist_gradient_boosting": hist_gradient_boosting,
    "logistic": logistic,
}


def parameters(kind_name: str, name: str) -> Parameters:
    """The declared set of parameters of a kind; `FIXED` changes nothing."""
    grid = kind(kind_name).GRID
    if name != FIXED and name not in grid:
        raise InvalidInput(f"unknown parameters {name!r} of {kind_name}: use {FIXED} or {', '.join(grid)}")
    return grid.get(name, NO_CHANGE)


def kind(name: str) -> Kind:
    """The kind of this name; `InvalidInput` names those that exist."""
    if name not in MODELS:
        raise InvalidInput(f"unknown kind of model {name!r}: use one of {', '.join(MODELS)}")
    return MODELS[name]
