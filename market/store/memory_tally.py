"""Counting a ledger in memory: what `decisions_tally` asks the database for."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Final

import pyarrow as pa

from market.decision import Action, Decision, Origin, OutcomeState, Status
from market.interval import MONTH
from market.outcome import is_long
from market.ports import MOMENT_SCHEMA, SCORED_SCHEMA, Decided, LedgerSpan, Step, Tally

_TENTHS: Final = 10
Kind = tuple[Origin, Status, Action, bool, OutcomeState, bool | None, int | None]


def count_decided(ledger: Sequence[Decided], start: int, end: int) -> list[Tally]:
    """Decisions of one series and role on candles that open in `[start, end)`, by kind and fate."""
    prices = {each.decision.open_time: each.decision.price for each in ledger}
    groups: dict[Kind, list[Decided]] = defaultdict(list)
    for each in ledger:
        if start <= each.decision.open_time < end:
            groups[_kind(each)].append(each)
    return [_tally(groups[kind], prices) for kind in sorted(groups, key=str)]


def span_of(ledger: Iterable[Decided], candles: Collection[int], start: int, end: int) -> LedgerSpan | None:
    """How many of the confirmed `candles` (open times) are decided; None for an empty ledger."""
    times = {d.decision.open_time for d in ledger if start <= d.decision.open_time < end}
    if not times:
        return None
    first, last = min(times), max(times)
    there = {time for time in candles if first <= time <= last}
    return LedgerSpan(first, last, len(times), len(there), len(there & times))


def steps_of(ledger: Iterable[Decided], start: int, end: int) -> list[Step]:
    """Where the position changed, oldest first."""
    found = [
        Step(d.open_time, d.action is Action.BUY, d.decided_at, d.origin is Origin.LATE, d.cost)
        for d in (each.decision for each in ledger)
        if d.status is Status.ISSUED and d.action is not Action.HOLD and start <= d.open_time < end
    ]
    return sorted(found, key=lambda step: step.open_time)


def scored_of(ledger: Iterable[Decided], start: int, end: int) -> pa.Table:
    """Decisions without their explanations, oldest first."""
    found = (each.decision for each in ledger if start <= each.decision.open_time < end)
    return _columns(found, SCORED_SCHEMA)


def moments_of(ledger: Iterable[Decided], open_times: Sequence[int]) -> pa.Table:
    """When decisions were made, and the volatility of their candles, oldest first."""
    wanted = set(open_times)
    return _columns((each.decision for each in ledger if each.decision.open_time in wanted), MOMENT_SCHEMA)


def _columns(decisions: Iterable[Decision], schema: pa.Schema) -> pa.Table:
    rows = [
        {name: getattr(d, name, None) for name in schema.names}
        | {"price": float(d.price), "log_sigma": d.features.get("log_sigma")}
        for d in decisions
    ]
    return pa.Table.from_pylist(rows, schema=schema).sort_by("open_time")


def _kind(each: Decided) -> Kind:
    d, o = each.decision, each.outcome
    tenth = None if math.isnan(d.probability) else min(_TENTHS - 1, int(d.probability * _TENTHS))
    state = o.state if o else OutcomeState.PENDING
    correct = o.correct if o else None
    return d.origin, d.status, d.action, is_long(d.action, d.position_after), state, correct, tenth


def _tally(members: Sequence[Decided], prices: Mapping[int, object]) -> Tally:
    origin, status, action, long, state, correct, tenth = _kind(members[0])
    decisions = [each.decision for each in members]
    known = [(d.decision, d.outcome.gross) for d in members if d.outcome and d.outcome.gross is not None]
    moves = [(move, gross) for d, gross in known if (move := _move(d, prices)) is not None]
    scored = [(d.probability, gross) for d, gross in known if not math.isnan(d.probability)]
    return Tally(
        origin=origin,
        status=status,
        action=action,
        long=long,
        state=state,
        correct=correct,
        tenth=tenth,
        count=len(members),
        effective=sum(1 / d.horizon for d in decisions),
        forecast=sum(d.probability for d in decisions if not math.isnan(d.probability)),
        rose=sum(gross > 0 for _, gross in known),
        paid=sum(gross > d.cost for d, gross in known),
        called=sum((probability > 0.5) == (gross > 0) for probability, gross in scored),
        moved=len(moves),
        persisted=sum((move > 0) == (gross > 0) for move, gross in moves),
        net=sum(each.outcome.net for each in members if each.outcome and each.outcome.net is not None),
    )


def _move(decision: Decision, prices: Mapping[int, object]) -> float | None:
    interval = decision.series.interval
    before = prices.get(decision.open_time - interval.typical_ms) if interval.name != MONTH else None
    return None if before is None else float(decision.price) - float(str(before))
