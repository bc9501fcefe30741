"""The track record of a ledger, from its counts: nothing is left out, every count adds up to the whole."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any, Final

from market.decision import OutcomeState
from market.outcome import BASIS_POINT
from market.ports import Tally
from model_service.track.shares import SMALLEST_SAMPLE, results, share_paid, standing, wilson

_TENTHS: Final = 10
AGREES: Final = "agrees"
DIFFERS: Final = "differs"


def track_record(tallies: Sequence[Tally]) -> dict[str, Any]:
    """Of one series and role. Net returns in basis points; accuracy counts outcomes that are known."""
    paid = share_paid(tallies)
    whole = results(tallies, paid)
    states = _counts(tallies, lambda each: each.state.value)
    best_constant = None if paid is None else max(paid, 1 - paid)
    word, why = standing(whole["accuracy_interval"], best_constant, whole["independent"])
    return whole | {
        "base_rate": best_constant,
        "standing": word,
        "standing_reason": why,
        "actions": _counts(tallies, lambda each: each.action.value),
        "statuses": _counts(tallies, lambda each: each.status.value),
        "origins": _counts(tallies, lambda each: each.origin.value),
        "outcomes": {state.value: states.get(state.value, 0) for state in OutcomeState},
        "mean_net_bp_by_action": _net_by_action(tallies),
        "by_action": _split(tallies, paid, lambda each: each.action.value),
        "by_status": _split(tallies, paid, lambda each: each.status.value),
        "by_origin": _split(tallies, paid, lambda each: each.origin.value),
        "forecast": forecast(tallies),
        "calibration": calibration(tallies),
    }


def forecast(tallies: Sequence[Tally]) -> dict[str, Any]:
    """How often the probability called the direction, beside what needs no model."""
    known = [each for each in tallies if each.state is OutcomeState.KNOWN and each.tenth is not None]
    count, sample = sum(each.count for each in known), sum(each.effective for each in known)
    called, rose = sum(each.called for each in known), sum(each.rose for each in known)
    moved = sum(each.moved for each in known)
    interval = wilson(called / count * sample, sample) if count else None
    base_rate = max(rose, count - rose) / count if count else None
    word, why = standing(interval, base_rate, sample)
    return {
        "count": count,
        "accuracy": called / count if count else None,
        "accuracy_interval": interval,
        "base_rate": base_rate,
        "persistence": sum(each.persisted for each in known) / moved if moved else None,
        "standing": word,
        "standing_reason": why,
    }


def calibration(tallies: Sequence[Tally]) -> list[dict[str, Any]]:
    """Tenths of forecast probability of a rise, with how often one followed; empty tenths are left out."""
    bins: dict[int, list[Tally]] = {}
    for each in tallies:
        if each.state is OutcomeState.KNOWN and each.tenth is not None:
            bins.setdefault(each.tenth, []).append(each)
    return [_bin(at, members) for at, members in sorted(bins.items())]


def _bin(at: int, members: Sequence[Tally]) -> dict[str, Any]:
    count, sample = sum(each.count for each in members), sum(each.effective for each in members)
    said, happened = sum(m.forecast for m in members) / count, sum(m.rose for m in members) / count
    interval = wilson(happened * sample, sample)
    word, _ = standing(interval, said, sample)
    inside = interval is not None and interval[0] <= said <= interval[1] and sample >= SMALLEST_SAMPLE
    return {
        "from": at / _TENTHS,
        "to": (at + 1) / _TENTHS,
        "count": count,
        "forecast": said,
        "happened": happened,
        "interval": interval,
        "standing": AGREES if inside else DIFFERS if word in ("better", "worse") else word,
    }


def _split(tallies: Sequence[Tally], paid: float | None, key: Callable[[Tally], str]) -> dict[str, Any]:
    names = sorted({key(each) for each in tallies})
    return {name: results([each for each in tallies if key(each) == name], paid) for name in names}


def _counts(tallies: Sequence[Tally], key: Callable[[Tally], str]) -> Counter[str]:
    counted: Counter[str] = Counter()
    for each in tallies:
        counted[key(each)] += each.count
    return counted


def _net_by_action(tallies: Sequence[Tally]) -> dict[str, float]:
    known = [each for each in tallies if each.state is OutcomeState.KNOWN]
    counts = _counts(known, lambda each: each.action.value)
    return {
        action: sum(each.net for each in known if each.action == action) / count / BASIS_POINT
        for action, count in sorted(counts.items())
    }
