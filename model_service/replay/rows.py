"""Rows of a walk-forward and rows of the API, held against each other."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import Any, Final, NamedTuple

from market.features import FEATURES
from model_service.replay.agreement import same_feature, same_score
from model_service.walkforward import WalkForward

_WORDS: Final = ("action", "status", "reason", "would_be", "position_before", "position_after")
_SCORES: Final = ("probability", "expected_gain", "gain_low", "gain_high")


class Difference(NamedTuple):
    """One value that a back-test and the live path do not share."""

    open_time: int
    name: str
    backtest: object
    live: object


def expected_rows(walk: WalkForward) -> Iterator[dict[str, Any]]:
    """What the API should say about each candle that a walk-forward judged."""
    features = walk.features[list(FEATURES)].to_numpy()
    for i, (ruling, before) in enumerate(zip(walk.rulings, walk.before, strict=True)):
        score = walk.scores.at(i)
        yield {
            "open_time": int(walk.open_times[i]),
            "action": ruling.action.value,
            "status": ruling.status.value,
            "reason": ruling.reason,
            "would_be": ruling.would_be.value if ruling.would_be else None,
            "position_before": before.value,
            "position_after": ruling.position_after.value,
            **{name: getattr(score, name) for name in _SCORES},
            "features": dict(zip(FEATURES, map(float, features[i]), strict=True)),
        }


def compare(
    expected: Iterator[dict[str, Any]], found: Sequence[dict[str, Any]]
) -> tuple[list[Difference], int]:
    """Every difference, and how many scores differ in their last digit only.

    Features are compared where a row of the API comes with its explanation.
    """
    live = {row["open_time"]: row for row in found}
    differences: list[Difference] = []
    inexact = 0
    for row in expected:
        mine = live.pop(row["open_time"], None)
        if mine is None:
            differences.append(Difference(row["open_time"], "decision", row["action"], None))
            continue
        wrong, unsure = _differences(row, mine)
        differences += wrong
        inexact += unsure
    differences += [Difference(time, "decision", None, row["action"]) for time, row in live.items()]
    return differences, inexact


def _differences(row: dict[str, Any], mine: dict[str, Any]) -> tuple[list[Difference], int]:
    time = row["open_time"]
    wrong = [Difference(time, name, row[name], mine[name]) for name in _WORDS if row[name] != mine[name]]
    scores = [(name, _number(row[name]), _number(mine[name])) for name in _SCORES]
    wrong += [Difference(time, *each) for each in scores if not same_score(each[1], each[2])]
    if "explanation" in mine:
        said = mine["explanation"]["features"]
        wrong += [
            Difference(time, name, value, said.get(name))
            for name, value in row["features"].items()
            if not same_feature(value, _number(said.get(name)))
        ]
    exactly = sum(a == b or (math.isnan(a) and math.isnan(b)) for _, a, b in scores)
    return wrong, len(_SCORES) - exactly


def _number(value: float | None) -> float:
    return math.nan if value is None else float(value)
