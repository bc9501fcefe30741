"""Reading decisions with their outcomes: ledger and back-tests behind one filter, by keyset cursor."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Final

from market.decision import LEDGER, Decision, Origin, Role
from market.ports import Decided, DecisionFilter
from market.store.decisions_rows import DECISION_COLUMNS, OUTCOME_COLUMNS, Row, to_decision, to_outcome

_NAMES: Final = "m.exchange, m.symbol, s.interval_name"
_DECISION: Final = ", ".join(f"d.{name}" for name in DECISION_COLUMNS)
_OUTCOME: Final = ", ".join(f"o.{name}" for name in OUTCOME_COLUMNS)
_RUN_OUTCOME: Final = ", ".join(f"d.{name}" for name in ("outcome_state", *OUTCOME_COLUMNS[1:]))
_LEDGER_TABLES: Final = (
    " FROM decisions AS d JOIN series AS s ON s.series_id = d.series_id"
    " JOIN symbols AS m ON m.symbol_id = s.symbol_id"
    " LEFT JOIN outcomes AS o ON o.series_id = d.series_id AND o.role = d.role AND o.open_time = d.open_time"
)
_RUN_TABLES: Final = (
    " FROM backtest_runs AS r JOIN series AS s ON s.series_id = r.series_id"
    " JOIN symbols AS m ON m.symbol_id = s.symbol_id"
)
_LEDGER: Final = f"SELECT {_NAMES}, d.role, d.origin, NULL, {_DECISION}, {_OUTCOME}" + _LEDGER_TABLES
_BACKTEST: Final = (
    f"SELECT {_NAMES}, r.role, 'backtest', d.run_id, {_DECISION}, {_RUN_OUTCOME}"
    + _RUN_TABLES
    + " JOIN backtest_decisions AS d ON d.run_id = r.run_id"
)

_WAITING: Final = (
    "SELECT SUM(IF(chain = 'decisions', 1, -1) * CAST(number AS SIGNED)) FROM chain_heads"
    " WHERE series_id = %s AND role = %s"
)


def read_decisions(cursor: Any, wanted: DecisionFilter) -> list[Decided]:
    """At most `wanted.limit` decisions in the order of (open time, id)."""
    found: list[Decided] = []
    if not _can_be_ids(wanted.model_id, wanted.run_id):
        return found
    if wanted.run_id is None and _allows(wanted, *LEDGER):
        where, values = _conditions(wanted, "d.role", ledger=True)
        # By series, because only inside one does an index give the order: no page sorts a whole ledger.
        for series_id in _series_ids(cursor, wanted):
            found += _select(cursor, _LEDGER, [*where, "d.series_id = %s"], [*values, series_id], wanted)
    if _allows(wanted, Origin.BACKTEST):
        where, values = _conditions(wanted, "r.role", ledger=False)
        for run_id in [wanted.run_id] if wanted.run_id else newest_runs(cursor, wanted):
            found += _select(cursor, _BACKTEST, [*where, "d.run_id = %s"], [*values, run_id], wanted)
    found.sort(key=lambda each: (each.decision.open_time, each.decision.id), reverse=wanted.newest)
    return found[: wanted.limit]


def newest_runs(cursor: Any, wanted: DecisionFilter) -> list[str]:
    """The newest back-test with decisions, of every series and role that the filter allows."""
    where, values = _series_conditions(wanted, "r.role")
    where.append("EXISTS (SELECT 1 FROM backtest_decisions AS d WHERE d.run_id = r.run_id)")
    cursor.execute(
        f"SELECT r.run_id, r.series_id, r.role{_RUN_TABLES}{_clause(where)} ORDER BY r.created_at, r.run_id",
        values,
    )
    return list({(series_id, role): run_id for run_id, series_id, role in cursor.fetchall()}.values())


def _series_ids(cursor: Any, wanted: DecisionFilter) -> list[int]:
    where, values = _series_conditions(replace(wanted, role=None), "")
    cursor.execute(
        "SELECT s.series_id FROM series AS s JOIN symbols AS m"  # noqa: S608  (our own names)
        f" ON m.symbol_id = s.symbol_id{_clause(where)}",
        values,
    )
    return [series_id for (series_id,) in cursor.fetchall()]


def decision_by_id(cursor: Any, decision_id: str) -> Decided | None:
    """One decision, from the ledger or a back-test."""
    for select in (_LEDGER, _BACKTEST) if _can_be_ids(decision_id) else ():
        cursor.execute(f"{select} WHERE d.id = %s", (decision_id,))
        row = cursor.fetchone()
        if row:
            return _decided(row)
    return None


def last_decision(cursor: Any, series_id: int, role: Role) -> Decision | None:
    """The ledger's newest candle of a series and role."""
    cursor.execute(
        f"{_LEDGER} WHERE d.series_id = %s AND d.role = %s ORDER BY d.open_time DESC LIMIT 1",
        (series_id, role.value),
    )
    row = cursor.fetchone()
    return _decided(row).decision if row else None


def decisions_without_outcome(cursor: Any, series_id: int, role: Role, limit: int) -> list[Decision]:
    """Ledger decisions whose outcome is not recorded, oldest first."""
    # The heads know how many wait. They are mostly the newest: looked for from there, a year is not read.
    cursor.execute(_WAITING, (series_id, role.value))
    waiting = int(cursor.fetchone()[0] or 0)
    few = 0 < waiting <= limit
    order, most = ("DESC", waiting) if few else ("ASC", limit)
    cursor.execute(
        f"{_LEDGER} WHERE d.series_id = %s AND d.role = %s AND o.state IS NULL"
        f" ORDER BY d.open_time {order} LIMIT %s",
        (series_id, role.value, most),
    )
    found = [_decided(row).decision for row in cursor.fetchall()]
    return found[::-1] if few else found


def undecided_bars(cursor: Any, series_id: int, role: Role, since: int, limit: int) -> list[int]:
    """Open times of confirmed bars from `since` on that the ledger lacks, oldest first."""
    cursor.execute(
        "SELECT k.open_time FROM klines AS k LEFT JOIN decisions AS d"
        " ON d.series_id = k.series_id AND d.role = %s AND d.open_time = k.open_time"
        " WHERE k.series_id = %s AND k.open_time >= %s AND k.finality = 'confirmed' AND d.id IS NULL"
        " ORDER BY k.open_time LIMIT %s",
        (role.value, series_id, since, limit),
    )
    return [time for (time,) in cursor.fetchall()]


def _can_be_ids(*names: str | None) -> bool:
    # Columns of ids are ASCII; the server refuses to compare them with anything else.
    return all(name is None or name.isascii() for name in names)


def _select(
    cursor: Any, select: str, where: Sequence[str], values: Sequence[object], wanted: DecisionFilter
) -> list[Decided]:
    order = "DESC" if wanted.newest else "ASC"
    # Inside one run the open time is unique, so that its primary key gives the order without a sort.
    by = f"d.open_time {order}" if select is _BACKTEST else f"d.open_time {order}, d.id {order}"
    cursor.execute(f"{select}{_clause(where)} ORDER BY {by} LIMIT %s", (*values, wanted.limit))
    return [_decided(row) for row in cursor.fetchall()]


def _conditions(wanted: DecisionFilter, role: str, *, ledger: bool) -> tuple[list[str], list[object]]:
    where, values = _series_conditions(wanted, role)
    for condition, value in (
        ("d.model_id = %s", wanted.model_id),
        ("d.open_time >= %s", wanted.start),
        ("d.open_time < %s", wanted.end),
    ):
        if value is not None:
            where.append(condition)
            values.append(value)
    choices: list[tuple[str, Sequence[str]]] = [
        ("d.action", [each.value for each in wanted.actions]),
        ("d.status", [each.value for each in wanted.statuses]),
        ("d.reason", wanted.reasons),
    ]
    if ledger:
        choices.append(("d.origin", [o.value for o in wanted.origins if o is not Origin.BACKTEST]))
    for column, allowed in choices:
        if allowed:
            where.append(f"{column} IN ({', '.join(['%s'] * len(allowed))})")
            values += allowed
    if wanted.after:
        sign = "<" if wanted.newest else ">"
        where.append(f"d.open_time {sign}= %s AND (d.open_time {sign} %s OR d.id {sign} %s)")
        values += [wanted.after[0], *wanted.after]
    return where, values


def _series_conditions(wanted: DecisionFilter, role: str) -> tuple[list[str], list[object]]:
    names = {
        "m.exchange": wanted.exchange,
        "m.symbol": wanted.symbol,
        "s.interval_name": wanted.interval,
        role: wanted.role.value if wanted.role else None,
    }
    chosen = {column: value for column, value in names.items() if value is not None}
    return [f"{column} = %s" for column in chosen], list(chosen.values())


def _allows(wanted: DecisionFilter, *origins: Origin) -> bool:
    return not wanted.origins or bool(set(origins) & set(wanted.origins))


def _clause(where: Sequence[str]) -> str:
    return f" WHERE {' AND '.join(where)}" if where else ""


def _decided(row: Row) -> Decided:
    where, rest = row[:6], row[6:]
    decision, outcome = rest[: len(DECISION_COLUMNS)], rest[len(DECISION_COLUMNS) :]
    return Decided(to_decision(where, decision), to_outcome(where, decision[0], outcome))
