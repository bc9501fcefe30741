"""The leak suite: every check by name."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final, NamedTuple

from model_service.honesty.causality import future_in_features, label_in_features, past_in_labels
from model_service.honesty.execution import fill_in_same_bar, profit_needs_the_first_fill
from model_service.honesty.learning import learns_from_moved_labels, training_overlaps_test
from model_service.honesty.suspect import Suspect

CHECKS: Final[Mapping[str, Callable[[Suspect], list[str]]]] = {
    check.__name__: check
    for check in (
        future_in_features,
        past_in_labels,
        label_in_features,
        training_overlaps_test,
        learns_from_moved_labels,
        fill_in_same_bar,
        profit_needs_the_first_fill,
    )
}


class Finding(NamedTuple):
    """What a check found, in words; nothing when it passed."""

    check: str
    faults: tuple[str, ...]


def examine(suspect: Suspect) -> list[Finding]:
    """Run every check."""
    return [Finding(name, tuple(check(suspect))) for name, check in CHECKS.items()]
