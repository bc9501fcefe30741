"""Decisions behind a cursor: a page, or every page of an export, one at a time."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import replace
from typing import Final

import pyarrow as pa

from market.ports import DecisionFilter, DecisionStore
from model_service.cursors import Place, cursor_of
from web.problems import StaleCursor

# The first page of an export is short, so that its first byte is early.
_FIRST: Final = 500
_NEXT: Final = 10_000


def page(store: DecisionStore, wanted: DecisionFilter) -> tuple[pa.Table, str | None]:
    """At most `wanted.limit` decisions, and the cursor behind them unless they are the last.

    The cursor marks the back-tests that were read; `StaleCursor` where others are meant by now.
    """
    runs = store.runs_of(wanted)
    after = wanted.after and _behind(wanted.after, runs)
    found = store.listed(replace(wanted, runs=runs, after=after, limit=wanted.limit + 1))
    rows = found.slice(0, wanted.limit)
    if found.num_rows <= wanted.limit:
        return rows, None
    return rows, cursor_of(rows["open_time"][-1].as_py(), rows["id"][-1].as_py() + _mark(runs))


def _behind(place: Place, runs: tuple[str, ...]) -> Place:
    time, name = place
    decision_id, dot, mark = name.partition(".")
    if dot + mark != _mark(runs):
        raise StaleCursor("a back-test of this list was made anew since the page before: begin again")
    return time, decision_id


def _mark(runs: tuple[str, ...]) -> str:
    return f".{hashlib.sha256(' '.join(runs).encode()).hexdigest()[:8]}" if runs else ""


def every_page(store: DecisionStore, wanted: DecisionFilter) -> Iterator[pa.Table]:
    """All that are wanted, in flat memory, to the end of the back-tests that it began with.

    `wanted.limit` does not count.
    """
    wanted = replace(wanted, runs=store.runs_of(wanted))
    size = _FIRST
    while True:
        rows = store.listed(replace(wanted, limit=size))
        yield rows
        if rows.num_rows < size:
            return
        wanted = replace(wanted, after=(rows["open_time"][-1].as_py(), rows["id"][-1].as_py()))
        size = _NEXT
