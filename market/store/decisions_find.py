"""Which decisions a filter means: found in one narrow index, so that no row is read that is not wanted."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final, NamedTuple

from market.decision import LEDGER, Origin, Role
from market.ports import DecisionFilter
from market.store.exact_sql import as_id, exactly

_NAMES: Final = " JOIN symbols AS m ON m.symbol_id = s.symbol_id"
_RUN_TABLES: Final = f" FROM backtest_runs AS r JOIN series AS s ON s.series_id = r.series_id{_NAMES}"
LEDGER_INDEX: Final = "decisions AS d FORCE INDEX (decisions_listed)"
RUN_INDEX: Final = "backtest_decisions AS d FORCE INDEX (backtest_listed)"


class Part(NamedTuple):
    """One series and role of the ledger, or one run: there an index gives the order of the candles."""

    table: str
    where: str
    values: tuple[object, ...]


def ledger_parts(cursor: Any, wanted: DecisionFilter) -> list[Part]:
    """Where in the ledger to look; nowhere for a filter that means back-tests."""
    if wanted.run_id is not None or not _can_be_ids(wanted.model_id) or not _allows(wanted, *LEDGER):
        return []
    where, values = _conditions(wanted, ledger=True)
    clause = " AND ".join(["d.series_id = %s", "d.role = %s", *where])
    roles = [wanted.role] if wanted.role else list(Role)
    return [
        Part(LEDGER_INDEX, clause, (series_id, role.value, *values))
        for series_id in _series_ids(cursor, wanted)
        for role in roles
    ]


def run_parts(cursor: Any, wanted: DecisionFilter) -> list[Part]:
    """Where in the back-tests to look: the run that is named, else the newest of every series and role."""
    if not _can_be_ids(wanted.model_id):
        return []
    runs = runs_of(cursor, wanted) if wanted.runs is None else wanted.runs
    where, values = _conditions(wanted, ledger=False)
    clause = " AND ".join(["d.run_id = %s", *where])
    return [Part(RUN_INDEX, clause, (run_id, *values)) for run_id in runs]


def keys(parts: Sequence[Part], wanted: DecisionFilter) -> tuple[str, list[object]]:
    """A select of the ids of at most `wanted.limit` decisions in the order of (open time, id)."""
    order = "DESC" if wanted.newest else "ASC"
    # Inside a part a candle has one decision: its index gives the order without a sort.
    each = [
        f"SELECT d.id, d.open_time FROM {part.table} WHERE {part.where}"  # noqa: S608  (our own names)
        f" ORDER BY d.open_time {order} LIMIT %s"
        for part in parts
    ]
    values = [value for part in parts for value in (*part.values, wanted.limit)]
    if len(each) == 1:
        return each[0], values
    together = " UNION ALL ".join(f"({select})" for select in each)
    return f"{together} ORDER BY open_time {order}, id {order} LIMIT %s", [*values, wanted.limit]


def runs_of(cursor: Any, wanted: DecisionFilter) -> tuple[str, ...]:
    """The run that is named, else the newest of every series and role; in the order of their names."""
    if not _allows(wanted, Origin.BACKTEST) or not _can_be_ids(wanted.run_id):
        return ()
    where, values = _series_conditions(wanted)
    if wanted.role:
        where, values = [*where, "r.role = %s"], [*values, wanted.role.value]
    if wanted.run_id is not None:
        where, values = [*where, "r.run_id = %s"], [*values, wanted.run_id]
    where.append("EXISTS (SELECT 1 FROM backtest_decisions AS d WHERE d.run_id = r.run_id)")
    cursor.execute(
        f"SELECT r.run_id, r.series_id, r.role{_RUN_TABLES} WHERE {' AND '.join(where)}"
        " ORDER BY r.created_at, r.run_id",
        values,
    )
    newest = {(series_id, role): run_id for run_id, series_id, role in cursor.fetchall()}
    return tuple(sorted(newest.values()))


def _series_ids(cursor: Any, wanted: DecisionFilter) -> list[int]:
    where, values = _series_conditions(wanted)
    cursor.execute(
        f"SELECT s.series_id FROM series AS s{_NAMES} WHERE {' AND '.join(['TRUE', *where])}",  # noqa: S608
        values,
    )
    return [series_id for (series_id,) in cursor.fetchall()]


def _series_conditions(wanted: DecisionFilter) -> tuple[list[str], list[object]]:
    exact = {
        exactly("m.exchange"): wanted.exchange,
        exactly("m.symbol"): wanted.symbol,
        exactly("s.interval_name"): wanted.interval,
    }
    given = {column: value for column, value in exact.items() if value is not None}
    where, values = [f"{column} = %s" for column in given], list[object](given.values())
    return _chosen(exactly("m.symbol"), wanted.symbols, where, values)


def _conditions(wanted: DecisionFilter, *, ledger: bool) -> tuple[list[str], list[object]]:
    exact = {
        "d.model_id = %s": wanted.model_id,
        "d.open_time >= %s": wanted.start,
        "d.open_time < %s": wanted.end,
    }
    given = {condition: value for condition, value in exact.items() if value is not None}
    where, values = list(given), list[object](given.values())
    origins = [each.value for each in wanted.origins if each is not Origin.BACKTEST] if ledger else []
    for column, allowed in (
        ("d.action", [each.value for each in wanted.actions]),
        ("d.status", [each.value for each in wanted.statuses]),
        (exactly("d.reason"), wanted.reasons),
        ("d.origin", origins),
    ):
        where, values = _chosen(column, allowed, where, values)
    if wanted.after:
        sign = "<" if wanted.newest else ">"
        where.append(f"d.open_time {sign}= %s AND (d.open_time {sign} %s OR d.id {sign} %s)")
        values += [wanted.after[0], *wanted.after]
    return where, values


def _chosen(
    column: str, allowed: Sequence[object], where: list[str], values: list[object]
) -> tuple[list[str], list[object]]:
    if not allowed:
        return where, values
    return [*where, f"{column} IN ({', '.join(['%s'] * len(allowed))})"], [*values, *allowed]


def _allows(wanted: DecisionFilter, *origins: Origin) -> bool:
    return not wanted.origins or bool(set(origins) & set(wanted.origins))


def _can_be_ids(*names: str | None) -> bool:
    return all(name is None or as_id(name) == name for name in names)
