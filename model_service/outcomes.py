"""Outcomes of the ledger: what became of each decision, H bars later."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Final

from market.coverage import Covered
from market.decision import Decision, OutcomeState, Role
from market.interval import Series
from market.kline import Finality
from market.outcome import outcome
from market.ports import DecisionStore, KlineStore

_BATCH: Final = 1_000


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
    table = klines.read(series, waiting[0].open_time, newest + 1)
    return {
        time: price
        for time, price, finality in zip(
            table["open_time"].to_pylist(),
            table["open"].to_pylist(),
            table["finality"].to_pylist(),
            strict=True,
        )
        if finality == Finality.CONFIRMED
    }


def _covers(covered: Sequence[Covered], *times: int | None) -> bool:
    return all(time is not None and any(each.start <= time < each.end for each in covered) for time in times)
