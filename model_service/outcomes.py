"""Outcomes of the ledger: what became of each decision, H bars later."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Final

from market.coverage import Covered
from market.decision import Decision, OutcomeState, Role
from market.interval import Interval, Series
from market.kline import Finality
from market.outcome import outcome
from market.ports import DecisionStore, KlineStore

_BATCH: Final = 1_000
_SPARE_BARS: Final = 3  # months are longer than the mean one
_NEAR_BARS: Final = 100


def record_due(klines: KlineStore, decisions: DecisionStore, series: Series, role: Role, now: int) -> int:
    """Record the outcome of every decision whose horizon has passed; returns how many were written.

    Each is judged at the cost that its own decision was held against. A missing bar makes an outcome
    `insufficient` only where the exchange's confirmed answer covers it; until then it may still arrive.
    """
    newest = klines.last_confirmed(series)
    waiting = decisions.without_outcome(series, role, _BATCH)
    written = 0
    while waiting and newest is not None:
        covered = klines.coverage(series)
        opens = _opens(klines, series, waiting, newest)
        found = [outcome(each, opens, newest, now) for each in waiting]
        ready = [
            each
            for each in found
            if each
            and (each.state is OutcomeState.KNOWN or _covers(covered, each.entry_time, each.exit_time))
        ]
        written += decisions.record_outcomes(ready)
        if len(waiting) < _BATCH or not ready:
            break
        waiting = decisions.without_outcome(series, role, _BATCH)
    return written


def _opens(
    klines: KlineStore, series: Series, waiting: Sequence[Decision], newest: int
) -> dict[int, Decimal]:
    """Exact open prices of confirmed candles, by open time: those that the decisions are judged by."""
    found: dict[int, Decimal] = {}
    for first, last in _stretches(waiting, series.interval):
        table = klines.read(series, first, min(last, newest) + 1).select(["open_time", "open", "finality"])
        rows = zip(*(column.to_pylist() for column in table.columns), strict=True)
        found |= {time: price for time, price, finality in rows if finality == Finality.CONFIRMED}
    return found


def _stretches(waiting: Sequence[Decision], interval: Interval) -> list[tuple[int, int]]:
    """From a decision's candle to the last one that judges it, and on while the next one's candle is near.

    One whose outcome never comes, for want of a candle, has the candles since read again every minute else.
    """
    stretches: list[tuple[int, int]] = []
    for each in waiting:
        last = each.open_time + (each.horizon + _SPARE_BARS) * interval.typical_ms
        near = stretches and each.open_time <= stretches[-1][1] + _NEAR_BARS * interval.typical_ms
        if near:
            stretches[-1] = (stretches[-1][0], max(last, stretches[-1][1]))
        else:
            stretches.append((each.open_time, last))
    return stretches


def _covers(covered: Sequence[Covered], *times: int | None) -> bool:
    return all(time is not None and any(each.start <= time < each.end for each in covered) for time in times)
