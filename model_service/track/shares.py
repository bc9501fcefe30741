"""A share of right answers, with what can and cannot be said about it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, Final

from market.decision import OutcomeState
from market.outcome import BASIS_POINT
from market.ports import Tally

# Fewer independent outcomes than this say nothing: the 95 % interval of a half is then wider than 35 points.
SMALLEST_SAMPLE: Final = 30
BETTER: Final = "better"
WORSE: Final = "worse"
UNKNOWN: Final = "unknown"
_Z: Final = 1.959964


def wilson(hits: float, count: float) -> tuple[float, float] | None:
    """95 % interval of a share (Wilson, 1927); None without observations."""
    if count == 0:
        return None
    share, spread = hits / count, _Z * _Z / count
    centre = share + spread / 2
    half = _Z * math.sqrt(share * (1 - share) / count + spread / count / 4)
    return (max(0.0, (centre - half) / (1 + spread)), min(1.0, (centre + half) / (1 + spread)))


def standing(interval: tuple[float, float] | None, beside: float | None, sample: float) -> tuple[str, str]:
    """Whether a share is better or worse than what it is held against, or why that is unknown."""
    if interval is None or beside is None or sample < SMALLEST_SAMPLE:
        return UNKNOWN, f"{sample:.0f} independent outcomes, {SMALLEST_SAMPLE} are needed"
    low, high = interval
    if low <= beside <= high:
        return UNKNOWN, f"{beside:.1%} lies inside the interval"
    return (BETTER if low > beside else WORSE), f"{beside:.1%} lies outside the interval"


def share_paid(tallies: Sequence[Tally]) -> float | None:
    """Share of known outcomes whose return exceeded the cost: how often any BUY would have been right."""
    known = [each for each in tallies if each.state is OutcomeState.KNOWN]
    count = sum(each.count for each in known)
    return sum(each.paid for each in known) / count if count else None


def results(tallies: Sequence[Tally], paid: float | None) -> dict[str, Any]:
    """Win, loss, pending and insufficient of some decisions, which add up to their number.

    `base_rate` is the accuracy of the same answers given to candles drawn at random, of which the share
    `paid` returns more than its cost. Outcomes of neighbours share bars: interval and standing count a
    decision of horizon H as 1 / H independent ones.
    """
    known = [each for each in tallies if each.state is OutcomeState.KNOWN]
    count = sum(each.count for each in known)
    wins = sum(each.count for each in known if each.correct)
    sample = sum(each.effective for each in known)
    accuracy = wins / count if count else None
    interval = wilson(wins / count * sample, sample) if count else None
    beside = None if paid is None or not count else _at_random(known, count, paid)
    word, why = standing(interval, beside, sample)
    return {
        "decisions": sum(each.count for each in tallies),
        "win": wins,
        "loss": count - wins,
        "pending": _in_state(tallies, OutcomeState.PENDING),
        "insufficient": _in_state(tallies, OutcomeState.INSUFFICIENT),
        "accuracy": accuracy,
        "accuracy_interval": interval,
        "base_rate": beside,
        "independent": sample,
        "standing": word,
        "standing_reason": why,
        "mean_net_bp": sum(each.net for each in known) / count / BASIS_POINT if count else None,
    }


def _at_random(known: Sequence[Tally], count: int, paid: float) -> float:
    long = sum(each.count for each in known if each.long)
    return (long * paid + (count - long) * (1 - paid)) / count


def _in_state(tallies: Sequence[Tally], state: OutcomeState) -> int:
    return sum(each.count for each in tallies if each.state is state)
