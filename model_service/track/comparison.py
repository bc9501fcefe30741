"""The ledger as it is beside the ledger as it would have been: what was missed, avoided and earned."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from market.decision import Action, Origin, Position
from market.outcome import Costs, Floats, is_long, realised
from market.ports import ScoredRow
from model_service.policy import Ruling
from model_service.replay.paper import Account, Bars, Move, account
from model_service.track.profit import account_totals, curve, hold_totals, side_of
from model_service.what_if import NOT_REEVALUATED, Mind, Past, Settings

Marks = npt.NDArray[np.bool_]


class Judged(NamedTuple):
    """What followed each decision: gross return (NaN unless known), whether a bar it needs is missing."""

    gross: Floats
    insufficient: Marks


class Said(NamedTuple):
    """What was or would have been decided on each candle, and the round trip it is held against."""

    actions: list[Action]
    after: list[Position]
    round_trip: Floats


def compared(
    past: Past, rulings: Sequence[Ruling], minds: Mapping[str, Mind], settings: Settings, points: int
) -> dict[str, Any]:
    """Changes, missed and avoided gains, and three accounts over the same candles."""
    rows, interval = past.rows, past.series.interval
    judged = _judged(past, settings.horizon)
    asked = [settings.costs(minds[row.model_id].spec) for row in rows]
    ours = Said([r.action for r in rows], [r.position_after for r in rows], np.array([r.cost for r in rows]))
    theirs = Said(
        [r.action for r in rulings],
        [r.position_after for r in rulings],
        np.array([costs.round_trip for costs in asked]),
    )
    as_is = _account(past, ours, minds[rows[-1].model_id].spec.costs)
    as_if = _account(past, theirs, asked[-1])
    return {
        **_differences(ours, theirs, judged),
        "ledger": _results(ours, judged) | account_totals(as_is, interval),
        "what_if": _results(theirs, judged) | account_totals(as_if, interval),
        "buy_and_hold": hold_totals(as_if, interval, asked[-1]),
        "curve": _curves(as_is, as_if, points),
        "not_reevaluated": list(NOT_REEVALUATED),
    }


def _judged(past: Past, horizon: int | None) -> Judged:
    """At the horizon asked for, else at that of each decision."""
    times, bars = np.array([row.open_time for row in past.rows]), past.bars
    bars_ahead = np.array([horizon or row.horizon for row in past.rows])
    gross, insufficient = np.full(len(times), np.nan), np.zeros(len(times), dtype=np.bool_)
    if not len(bars.times):
        return Judged(gross, insufficient)
    at = np.minimum(np.searchsorted(bars.times, times), len(bars.times) - 1)
    there = bars.times[at] == times
    for length in np.unique(bars_ahead):
        became = realised(bars.times, bars.opens, past.series.interval, int(length))
        mine = there & (bars_ahead == length)
        gross[mine], insufficient[mine] = became.gross[at[mine]], became.insufficient[at[mine]]
    return Judged(gross, insufficient | ~there)


def _account(past: Past, said: Said, costs: Costs) -> Account:
    """Filled as the ledger's decisions were: a late one not before it was made."""
    shown = int(np.searchsorted(past.bars.times, past.rows[-1].open_time, side="right")) + 1
    bars = Bars(past.bars.times[:shown], past.bars.opens[:shown], past.bars.closes[:shown])
    began = [Move(past.rows[0].open_time - 1, past.began.position, 0, late=False)]
    return account(began + list(_moves(past.rows, said)), bars, costs)


def _moves(rows: Sequence[ScoredRow], said: Said) -> list[Move]:
    return [
        Move(row.open_time, after, row.decided_at, row.origin is Origin.LATE, side_of(float(paid)))
        for row, action, after, paid in zip(rows, said.actions, said.after, said.round_trip, strict=True)
        if action is not Action.HOLD
    ]


def _differences(ours: Said, theirs: Said, judged: Judged) -> dict[str, Any]:
    changes = Counter(
        f"{mine} to {other}"
        for mine, other in zip(ours.actions, theirs.actions, strict=True)
        if mine is not other
    )
    mine, other = (np.array([a is Action.BUY for a in said.actions]) for said in (ours, theirs))
    dropped, added = mine & ~other, other & ~mine
    net = (1 + judged.gross) / (1 + theirs.round_trip) - 1
    won, lost = judged.gross > theirs.round_trip, judged.gross <= theirs.round_trip
    return {
        "changed": changes.total(),
        "changes": dict(sorted(changes.items())),
        "missed": _sum(net, dropped & won),
        "avoided": _sum(net, dropped & lost),
        "found": _sum(net, added & won),
        "incurred": _sum(net, added & lost),
        "unjudged": int(((dropped | added) & np.isnan(judged.gross)).sum()),
    }


def _sum(net: Floats, marked: Marks) -> dict[str, float]:
    return {"count": int(marked.sum()), "net": float(net[marked].sum())}


def _results(said: Said, judged: Judged) -> dict[str, Any]:
    long = np.array([is_long(*each) for each in zip(said.actions, said.after, strict=True)])
    known = ~np.isnan(judged.gross)
    right = known & ((judged.gross > said.round_trip) == long)
    insufficient = ~known & judged.insufficient
    return {
        "actions": {action.value: said.actions.count(action) for action in Action},
        "win": int(right.sum()),
        "loss": int((known & ~right).sum()),
        "pending": int((~known & ~insufficient).sum()),
        "insufficient": int(insufficient.sum()),
    }


def _curves(as_is: Account, as_if: Account, points: int) -> list[dict[str, Any]]:
    ledger = curve(as_is.times, as_is.curve, as_if.hold_curve, points)
    other = curve(as_if.times, as_if.curve, as_if.hold_curve, points)
    return [
        {
            "time": mine["time"],
            "ledger": mine["following"],
            "what_if": theirs["following"],
            "buy_and_hold": mine["buy_and_hold"],
        }
        for mine, theirs in zip(ledger, other, strict=True)
    ]
