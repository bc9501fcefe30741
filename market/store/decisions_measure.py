"""Figures of many decisions from narrow indexes: the server counts kinds, numbers come as they are."""

from __future__ import annotations

from collections import Counter
from typing import Any, Final

import pyarrow as pa

from market.ports import MEASURED_SCHEMA, DecisionFilter, Measured
from market.store.decisions_find import LEDGER_INDEX, RUN_INDEX, Part, ledger_parts, run_parts
from market.store.decisions_scored import in_columns

_OUTCOMES: Final = (
    " LEFT JOIN outcomes AS o ON o.series_id = d.series_id AND o.role = d.role AND o.open_time = d.open_time"
)
_NUMBERS: Final = "SELECT STRAIGHT_JOIN d.probability, d.expected_gain"
_OF_LEDGER: Final = f"{_NUMBERS}, o.net, d.open_time FROM {LEDGER_INDEX}{_OUTCOMES}"
_OF_RUN: Final = f"{_NUMBERS}, d.net, d.open_time FROM {RUN_INDEX}"
_KINDS: Final = "SELECT d.action, d.status, d.reason, COUNT(*)"
# Rows of one statement: a server that ends what takes too long never ends one of these.
_PAGE: Final = 50_000
_BEFORE: Final = -1


def measure_decisions(cursor: Any, wanted: DecisionFilter) -> Measured:
    """At most `wanted.limit` decisions, inside a transaction of one view."""
    kinds: Counter[tuple[str, str, str]] = Counter()
    tables = [MEASURED_SCHEMA.empty_table()]
    for part in (*ledger_parts(cursor, wanted), *run_parts(cursor, wanted)):
        since, left = _BEFORE, wanted.limit - sum(each.num_rows for each in tables)
        while left > 0:
            page = _numbers(cursor, part, since, min(left, _PAGE))
            if not page.num_rows:
                break
            last = page["open_time"][-1].as_py()
            kinds += _kinds(cursor, part, since, last)
            tables.append(page)
            since, left = last, left - page.num_rows
    return Measured(kinds, pa.concat_tables(tables))


def _numbers(cursor: Any, part: Part, since: int, most: int) -> pa.Table:
    columns = _OF_RUN if part.table == RUN_INDEX else _OF_LEDGER
    cursor.execute(
        f"{columns} WHERE {part.where} AND d.open_time > %s ORDER BY d.open_time LIMIT %s",
        (*part.values, since, most),
    )
    return in_columns(cursor.fetchall(), MEASURED_SCHEMA)


def _kinds(cursor: Any, part: Part, since: int, last: int) -> Counter[tuple[str, str, str]]:
    cursor.execute(
        f"{_KINDS} FROM {part.table} WHERE {part.where} AND d.open_time > %s AND d.open_time <= %s"
        " GROUP BY d.action, d.status, d.reason",
        (*part.values, since, last),
    )
    return Counter({(action, status, reason): count for action, status, reason, count in cursor.fetchall()})
