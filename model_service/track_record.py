"""The track record of a ledger: counts, accuracy with its interval, net returns, calibration."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any, Final

from market.decision import Origin, OutcomeState
from market.outcome import BASIS_POINT
from market.ports import Decided, DecisionFilter, DecisionStore

_PAGE: Final = 1_000
_BINS: Final = 10
_Z: Final = 1.959964


def track_record(decided: Sequence[Decided]) -> dict[str, Any]:
    """Of one series and role. Net returns in basis points; accuracy counts outcomes that are known."""
    outcomes = Counter(d.outcome.state.value if d.outcome else OutcomeState.PENDING.value for d in decided)
    known = [d for d in decided if d.outcome and d.outcome.state is OutcomeState.KNOWN]
    right = sum(bool(d.outcome and d.outcome.correct) for d in known)
    rises = sum(_gross(d) > d.decision.cost for d in known)
    issued = [d.outcome.net for d in known if d.outcome and d.outcome.net is not None]
    return {
        "decisions": len(decided),
        "actions": Counter(d.decision.action.value for d in decided),
        "statuses": Counter(d.decision.status.value for d in decided),
        "origins": Counter(d.decision.origin.value for d in decided),
        "outcomes": {state.value: outcomes[state.value] for state in OutcomeState},
        "accuracy": right / len(known) if known else None,
        "accuracy_interval": wilson(right, len(known)),
        "base_rate": max(rises, len(known) - rises) / len(known) if known else None,
        "mean_net_bp": sum(issued) / len(issued) / BASIS_POINT if issued else None,
        "mean_net_bp_by_action": _net_by_action(known),
        "calibration": calibration(known),
    }


def wilson(hits: int, count: int) -> tuple[float, float] | None:
    """95 % interval of a share (Wilson, 1927); None without observations."""
    if count == 0:
        return None
    share, spread = hits / count, _Z * _Z / count
    centre = share + spread / 2
    half = _Z * math.sqrt(share * (1 - share) / count + spread / count / 4)
    return (max(0.0, (centre - half) / (1 + spread)), min(1.0, (centre + half) / (1 + spread)))


def calibration(known: Sequence[Decided]) -> list[dict[str, float | int]]:
    """Tenths of forecast probability of a rise, with how often one followed; empty tenths are left out."""
    bins: dict[int, list[Decided]] = {}
    for each in known:
        probability = each.decision.probability
        if not math.isnan(probability):
            bins.setdefault(min(_BINS - 1, int(probability * _BINS)), []).append(each)
    return [
        {
            "from": at / _BINS,
            "to": (at + 1) / _BINS,
            "count": len(members),
            "forecast": sum(m.decision.probability for m in members) / len(members),
            "happened": sum(_gross(m) > 0 for m in members) / len(members),
        }
        for at, members in sorted(bins.items())
    ]


def ledger_pages(store: DecisionStore, wanted: DecisionFilter) -> Iterator[Decided]:
    """Every ledger decision that a filter allows, page by page."""
    wanted = replace(wanted, origins=(Origin.LIVE, Origin.LATE), limit=_PAGE)
    while page := store.read(wanted):
        # A year of minutes has to fit into memory: the explanations stay behind.
        for each in page:
            yield replace(each, decision=replace(each.decision, features={}, contributions={}))
        last = page[-1].decision
        wanted = replace(wanted, after=(last.open_time, last.id))


def _net_by_action(known: Sequence[Decided]) -> dict[str, float]:
    nets: dict[str, list[float]] = {}
    for each in known:
        if each.outcome and each.outcome.net is not None:
            nets.setdefault(each.decision.action.value, []).append(each.outcome.net)
    return {action: sum(values) / len(values) / BASIS_POINT for action, values in sorted(nets.items())}


def _gross(decided: Decided) -> float:
    gross = decided.outcome.gross if decided.outcome else None
    return math.nan if gross is None else gross
