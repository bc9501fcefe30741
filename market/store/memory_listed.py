"""Decisions in memory as the columns that `decisions_list` asks the database for."""

from __future__ import annotations

import math
from collections.abc import Iterable
from decimal import Decimal

import pyarrow as pa

from market.decision import OutcomeState
from market.ports import LISTED_SCHEMA, Decided


def listed_of(found: Iterable[Decided]) -> pa.Table:
    """In `LISTED_SCHEMA` and the order they are given in."""
    rows = [{name: _plain(value) for name, value in _row(each).items()} for each in found]
    return pa.Table.from_pylist(rows, schema=LISTED_SCHEMA)


def _row(each: Decided) -> dict[str, object]:
    decision, outcome = each.decision, each.outcome
    series = decision.series
    own = {name: getattr(decision, name, None) for name in LISTED_SCHEMA.names}
    became = {name: getattr(outcome, name) for name in LISTED_SCHEMA.names[-8:]} if outcome else {}
    return own | became | {
        "exchange": series.exchange,
        "symbol": series.symbol,
        "interval": series.interval.name,
        "outcome": outcome.state if outcome else OutcomeState.PENDING,
    }  # fmt: skip


def _plain(value: object) -> object:
    if isinstance(value, Decimal):
        return format(value.normalize(), "f")
    return None if isinstance(value, float) and math.isnan(value) else value
