"""The ledger as it is beside the ledger as it would have been: what was missed, avoided and earned."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np

from market.decision import Action, Origin, Position
from market.outcome import Costs, Floats, realised
from model_service.replay.paper import Account, Bars, Move, account
from model_service.track.again import Marks, Ruled
from model_service.track.profit import account_totals, curve, hold_totals, side_of
from model_service.what_if import NOT_REEVALUATED, Mind, Past, Settings, Words


class Judged(NamedTuple):
    """What followed each decision: gross return (NaN unless known), whether a bar it needs is missing."""

    gross: Floats
    insufficient: Marks


class Said(NamedTuple):
    """What was or would have been decided on each candle, and the round trip it is held against."""

    actions: Words
    long: Marks
    round_trip: Floats


def compared(
    past: Past, ruled: Ruled, minds: Mapping[str, Mind], settings: Settings, points: int
) -> dict[str, Any]:
    """Changes, missed and avoided gains, and three accounts over the same candles."""
    interval, newest = past.series.interval, minds[past.rows["model_id"][-1].as_py()].spec
    judged, asked = _judged(past, settings.horizon), settings.costs(newest)
    ours = Said(
        past.words("action"), past.words("position_after") == Position.LONG.value, past.floats("cost")
    )
    theirs = Said(*ruled, _round_trips(past, minds, settings))
    as_is, as_if = _account(past, ours, newest.costs), _account(past, theirs, asked)
    return {
        **_differences(ours, theirs, judged),
        "ledger": _results(ours, judged) | account_totals(as_is, interval),
        "what_if": _results(theirs, judged) | account_totals(as_if, interval),
        "buy_and_hold": hold_totals(as_if, interval, asked),
        "curve": _curves(as_is, as_if, points),
        "not_reevaluated": list(NOT_REEVALUATED),
    }


def _round_trips(past: Past, minds: Mapping[str, Mind], settings: Settings) -> Floats:
    """What buying and selling costs those who decided each candle."""
    models, found = past.words("model_id"), np.zeros(past.rows.num_rows)
    for name, mind in minds.items():
        found[models == name] = settings.costs(mind.spec).round_trip
    return found


def _judged(past: Past, horizon: int | None) -> Judged:
    """At the horizon asked for, else at that of each decision."""
    times, bars = past.times, past.bars
    bars_ahead = np.full(len(times), horizon) if horizon else past.rows["horizon"].to_numpy()
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
    times = past.times
    shown = int(np.searchsorted(past.bars.times, times[-1], side="right")) + 1
    bars = Bars(past.bars.times[:shown], past.bars.opens[:shown], past.bars.closes[:shown])
    began = Move(int(times[0]) - 1, past.began.position, 0, late=False)
    return account([began, *_moves(past, said)], bars, costs)


def _moves(past: Past, said: Said) -> list[Move]:
    acts = said.actions != Action.HOLD.value
    times, late = past.times[acts], past.words("origin")[acts] == Origin.LATE.value
    decided_at, long, paid = past.moments(times).decided_at, said.long[acts], said.round_trip[acts]
    columns = (each.tolist() for each in (times, long, decided_at, late, paid))
    return [
        Move(time, Position.LONG if after else Position.FLAT, made, is_late, side_of(cost))
        for time, after, made, is_late, cost in zip(*columns, strict=True)
    ]


def _differences(ours: Said, theirs: Said, judged: Judged) -> dict[str, Any]:
    changed = ours.actions != theirs.actions
    pairs = np.char.add(np.char.add(ours.actions[changed], " to "), theirs.actions[changed])
    mine, other = (said.actions == Action.BUY.value for said in (ours, theirs))
    dropped, added = mine & ~other, other & ~mine
    net = (1 + judged.gross) / (1 + theirs.round_trip) - 1
    won, lost = judged.gross > theirs.round_trip, judged.gross <= theirs.round_trip
    return {
        "changed": int(changed.sum()),
        "changes": _counts(pairs),
        "missed": _sum(net, dropped & won),
        "avoided": _sum(net, dropped & lost),
        "found": _sum(net, added & won),
        "incurred": _sum(net, added & lost),
        "unjudged": int(((dropped | added) & np.isnan(judged.gross)).sum()),
    }


def _counts(words: Words) -> dict[str, int]:
    names, counts = np.unique(words, return_counts=True)
    return dict(zip(names.tolist(), counts.tolist(), strict=True))


def _sum(net: Floats, marked: Marks) -> dict[str, float]:
    return {"count": int(marked.sum()), "net": float(net[marked].sum())}


def _results(said: Said, judged: Judged) -> dict[str, Any]:
    long = (said.actions == Action.BUY.value) | ((said.actions == Action.HOLD.value) & said.long)
    known = ~np.isnan(judged.gross)
    right = known & ((judged.gross > said.round_trip) == long)
    insufficient = ~known & judged.insufficient
    return {
        "actions": {action.value: 0 for action in Action} | _counts(said.actions),
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
