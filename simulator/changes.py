"""Final bars that are not what they were: the ledger's memory."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import orjson

from simulator.bars import CLOSE_TIME, OPEN_TIME
from simulator.faults.history import HistoryFault, HistoryKind
from simulator.ledger import Span
from simulator.ports import Market
from simulator.wire import kline_rows

Rows = dict[int, list[Any]]


def changes(span: Span) -> list[dict[str, Any]]:
    """Each bar that was changed after it was final: `before` and `after` are rows, or null for no bar."""
    found: list[dict[str, Any]] = []
    for since, first in span.market.before_revisions(span.listing.symbol):
        found += _revised(span, since, first)
    earlier: list[HistoryFault] = []
    for fault in span.market.in_force(span.listing.symbol, span.now):
        if fault.kind is not HistoryKind.LATE:
            found += _changed(span, earlier, fault)
            earlier = [*earlier, fault]
    return found


def _revised(span: Span, since: int, first: Market) -> list[dict[str, Any]]:
    """What a revised recording changed; bars that it added have no `before`."""
    before, after = _rows(replace(span, market=span.market.over(first)), []), _rows(span, [])
    return [
        _change(at, since, HistoryKind.REVISED, before.get(at), after.get(at))
        for at in sorted(before.keys() | after.keys())
        if before.get(at) != after.get(at)
    ]


def _changed(span: Span, earlier: list[HistoryFault], fault: HistoryFault) -> list[dict[str, Any]]:
    since = fault.since or 0
    begin, end = max(span.first, span.interval.floor(fault.begin)), min(span.last, fault.end - 1)
    inside = replace(span, first=begin, last=end)
    before, after = _rows(inside, earlier), _rows(inside, [*earlier, fault])
    return [
        _change(at, since, fault.kind, row, after.get(at))
        for at, row in before.items()
        if row[CLOSE_TIME] < since and row != after.get(at)
    ]


def _change(
    at: int, since: int, kind: str, before: list[Any] | None, after: list[Any] | None
) -> dict[str, Any]:
    return {"open_time": at, "since": since, "kind": kind, "before": before, "after": after}


def _rows(span: Span, under: list[HistoryFault]) -> Rows:
    rows = orjson.loads(f"[{','.join(kline_rows(bars) for bars in span.final(under))}]")
    return {row[OPEN_TIME]: row for row in rows}
