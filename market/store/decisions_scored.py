"""The ledger in columns for another policy: functions inside the caller's transaction.

A row carries its explanation and is a hundred times wider than its score, so the scores come from two narrow
indexes (migrations 0009 and 0014), and only rows that act are looked at themselves.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import pyarrow as pa

from market.decision import Role
from market.ports import MOMENT_SCHEMA, SCORED_SCHEMA

_SCORED: Final = """
SELECT STRAIGHT_JOIN c.open_time, c.origin, l.model_id, c.action, c.status, l.reason, c.price + 0E0,
       c.probability, l.expected_gain, c.cost, c.horizon, c.position_after
FROM decisions AS c FORCE INDEX (decisions_counted)
JOIN decisions AS l FORCE INDEX (decisions_listed)
  ON l.series_id = c.series_id AND l.role = c.role AND l.open_time = c.open_time
WHERE c.series_id = %s AND c.role = %s AND c.open_time >= %s AND c.open_time < %s
ORDER BY c.open_time LIMIT %s"""
_MOMENTS: Final = """
SELECT open_time, decided_at, JSON_EXTRACT(features, '$.log_sigma') FROM decisions
WHERE series_id = %s AND role = %s AND open_time IN ({marks}) ORDER BY open_time"""
# Rows of one statement: a server that ends what takes too long never ends one of these.
_PAGE: Final = 20_000
_SOUGHT: Final = 500  # of a thousand MariaDB makes a table first


def scored_rows(cursor: Any, series_id: int, role: Role, start: int, end: int, limit: int) -> pa.Table:
    """At most `limit` decisions on candles that open in `[start, end)`, oldest first."""
    tables = [SCORED_SCHEMA.empty_table()]
    while limit > 0:
        page = min(limit, _PAGE)
        cursor.execute(_SCORED, (series_id, role.value, start, end, page))
        rows = cursor.fetchall()
        tables.append(in_columns(rows, SCORED_SCHEMA))
        if len(rows) < page:
            break
        limit, start = limit - page, rows[-1][0] + 1
    return pa.concat_tables(tables)


def moments_of(cursor: Any, series_id: int, role: Role, open_times: Sequence[int]) -> pa.Table:
    """When these candles were decided, and their volatility, oldest first."""
    tables = [MOMENT_SCHEMA.empty_table()]
    for first in range(0, len(open_times), _SOUGHT):
        sought = sorted(open_times)[first : first + _SOUGHT]
        marks = ", ".join(["%s"] * len(sought))
        cursor.execute(_MOMENTS.format(marks=marks), (series_id, role.value, *sought))
        rows = [(*times, _number(sigma)) for *times, sigma in cursor.fetchall()]
        tables.append(in_columns(rows, MOMENT_SCHEMA))
    return pa.concat_tables(tables)


def in_columns(rows: Sequence[Sequence[Any]], schema: pa.Schema) -> pa.Table:
    """Rows as the driver gives them, with the schema's columns in their order."""
    columns = zip(*rows, strict=True) if rows else [()] * len(schema)
    arrays = [pa.array(values, each.type) for values, each in zip(columns, schema, strict=True)]
    return pa.Table.from_arrays(arrays, schema=schema)


def _number(text: str | None) -> float | None:
    """A number of a JSON document: `-5.1234`; the document may say `null`."""
    return None if text in (None, "null") else float(text)
