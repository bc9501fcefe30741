"""Figures of many decisions from narrow indexes: the server counts kinds, numbers come as they are."""

from __future__ import annotations

from collections import Counter
from typing import Any, Final

import pyarrow as pa

from market.ports import MEASURED_SCHEMA, DecisionFilter, Measured
from market.store.decisions_find import Part, ledger_parts, run_parts
from market.store.decisions_scored import in_columns

_OUTCOMES: Final = (
    " LEFT JOIN outcomes AS o ON o.series_id = d.series_id AND o.role = d.role AND o.open_time = d.open_time"
)
_NUMBERS: Final = "SELECT STRAIGHT_JOIN d.probability, d.expected_gain, {net}, d.open_time"
_KINDS: Final = "SELECT d.action, d.status, d.reason, COUNT(*)"
# Rows of one statement: a server that ends what takes too long never ends one of these.
_PAGE: Final = 50_000
_BEFORE: Final = -1


def measure_decisions(cursor: Any, wanted: DecisionFilter) -> Measured:
    """At most `wanted.limit` decisions, inside a transaction of one view."""
    kinds: Counter[tuple[str, str, str]] = Counter()
    tables = [MEASURED_SCHEMA.empty_table()]
    for part, joined, net in (
        *((part, _OUTCOMES, "o.net") for part in ledger_parts(cursor, wanted)),
        *((part, "", "d.net") for part in run_parts(cursor, wanted)),
    ):
        since, left = _BEFORE, wanted.limit - sum(each.num_rows for each in tables)
        while left > 0:
            page = _numbers(cursor, part, _NUMBERS.format(net=net), joined, since, min(left, _PAGE))
            if not page.num_rows:
                break
            last = page["open_time"][-1].as_py()
            kinds += _kinds(cursor, part, since, last)
            tables.append(page)
            since, left = last, left - page.num_rows
    return Measured(kinds, pa.concat_tables(tables))


def _numbers(cursor: Any, part: Part, columns: str, joined: str, since: int, most: int) -> pa.Table:
    cursor.execute(
        f"{columns} FROM {part.table}{joined} WHERE {part.where} AND d.open_time > %s"
        " ORDER BY d.open_time LIMIT %s",
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
