"""Decisions behind a cursor: a page, or every page of an export, one at a time."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Final

import pyarrow as pa

from market.ports import DecisionFilter, DecisionStore
from model_service.cursors import cursor_of

# The first page of an export is short, so that its first byte is early.
_FIRST: Final = 500
_NEXT: Final = 10_000


def page(store: DecisionStore, wanted: DecisionFilter) -> tuple[pa.Table, str | None]:
    """At most `wanted.limit` decisions, and the cursor behind them unless they are the last."""
    found = store.listed(replace(wanted, limit=wanted.limit + 1))
    rows = found.slice(0, wanted.limit)
    if found.num_rows <= wanted.limit:
        return rows, None
    return rows, cursor_of(rows["open_time"][-1].as_py(), rows["id"][-1].as_py())


def every_page(store: DecisionStore, wanted: DecisionFilter) -> Iterator[pa.Table]:
    """All that are wanted, in flat memory; `wanted.limit` does not count."""
    size = _FIRST
    while True:
        rows = store.listed(replace(wanted, limit=size))
        yield rows
        if rows.num_rows < size:
            return
        wanted = replace(wanted, after=(rows["open_time"][-1].as_py(), rows["id"][-1].as_py()))
        size = _NEXT
