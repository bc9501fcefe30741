"""Closed candles of many series in one transaction of a few statements: what a live minute writes at once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import astuple
from typing import Any, Final

import pyarrow as pa

from market.interval import Series
from market.kline import STORED_SCHEMA, Finality, Kline, Source
from market.ports import WriteResult
from market.store.closed_plan import as_table
from market.store.connection import log_changes
from market.store.kline_plan import Batch, Plan, plan_write
from market.store.kline_sql import parse_lines
from market.store.registry import find_many

_COLUMNS: Final = ", ".join(STORED_SCHEMA.names)
_ROW: Final = f"({', '.join(['%s'] * (len(STORED_SCHEMA) + 1))})"


def save_closed(cursor: Any, bars: Mapping[Series, Sequence[Kline]], now: int) -> WriteResult:
    """Rows, then a change-log line for each series that changed; every series is locked first, in order."""
    ids = find_many(cursor, list(bars))
    # As in every write of klines; having all before the change log's lock rules out a deadlock with one.
    _lock(cursor, list(ids.values()))
    stored = _stored(cursor, ids, bars)
    plans = {
        series: plan_write(
            Batch(series, as_table(klines), Finality.CLOSED, Source.STREAM, now), stored[ids[series]]
        )
        for series, klines in bars.items()
    }
    _save(cursor, [(ids[series], row) for series, plan in plans.items() for row in plan.rows.to_pylist()])
    if lines := [("klines", str(series), *plan.touched) for series, plan in plans.items() if plan.touched]:
        log_changes(cursor, lines)
    return _total(plans.values())


def _stored(
    cursor: Any, ids: Mapping[Series, int], bars: Mapping[Series, Sequence[Kline]]
) -> dict[int, pa.Table]:
    """Rows that are there already, per series; bars of a live minute share a few open times."""
    times = {bar.open_time for klines in bars.values() for bar in klines}
    wanted = {(ids[series], bar.open_time) for series, klines in bars.items() for bar in klines}
    marks = ", ".join(["%s"] * len(ids)), ", ".join(["%s"] * len(times))
    cursor.execute(
        f"SELECT series_id, open_time, CONCAT_WS(',', {_COLUMNS}) FROM klines"  # noqa: S608
        f" WHERE series_id IN ({marks[0]}) AND open_time IN ({marks[1]}) ORDER BY series_id, open_time",
        (*ids.values(), *times),
    )
    found = defaultdict[int, list[str]](list)
    for series_id, open_time, line in cursor.fetchall():
        if (series_id, open_time) in wanted:
            found[series_id].append(line)
    return {
        each: parse_lines(found[each]) if each in found else STORED_SCHEMA.empty_table()
        for each in ids.values()
    }


def _save(cursor: Any, rows: Sequence[tuple[int, Mapping[str, object]]]) -> None:
    if rows:
        values = [value for series_id, row in rows for value in (series_id, *row.values())]
        marks = ", ".join([_ROW] * len(rows))
        cursor.execute(f"REPLACE INTO klines (series_id, {_COLUMNS}) VALUES {marks}", values)  # noqa: S608


def _lock(cursor: Any, ids: Sequence[int]) -> None:
    marks = ", ".join(["%s"] * len(ids))
    cursor.execute(
        f"SELECT series_id FROM series WHERE series_id IN ({marks}) ORDER BY series_id FOR UPDATE",  # noqa: S608
        ids,
    )
    cursor.fetchall()


def _total(plans: Iterable[Plan]) -> WriteResult:
    columns = zip(*(astuple(plan.result) for plan in plans), strict=True)
    return WriteResult(*(sum(column) for column in columns))
