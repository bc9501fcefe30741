"""Reading decisions with their outcomes: ledger and back-tests behind one filter, by keyset cursor."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from market.decision import Decision, Role
from market.ports import Decided, DecisionFilter
from market.store.decisions_find import Part, keys, ledger_parts, run_parts
from market.store.decisions_rows import DECISION_COLUMNS, OUTCOME_COLUMNS, Row, to_decision, to_outcome
from market.store.exact_sql import as_id

_NAMES: Final = "m.exchange, m.symbol, s.interval_name"
_DECISION: Final = ", ".join(f"d.{name}" for name in DECISION_COLUMNS)
_OUTCOME: Final = ", ".join(f"o.{name}" for name in OUTCOME_COLUMNS)
_RUN_OUTCOME: Final = ", ".join(f"d.{name}" for name in ("outcome_state", *OUTCOME_COLUMNS[1:]))
# Of the table `d`; what is to be read of it may come before, as `k`.
LEDGER_TABLES: Final = (
    " JOIN series AS s ON s.series_id = d.series_id JOIN symbols AS m ON m.symbol_id = s.symbol_id"
    " LEFT JOIN outcomes AS o ON o.series_id = d.series_id AND o.role = d.role AND o.open_time = d.open_time"
)
RUN_TABLES: Final = (
    " JOIN backtest_runs AS r ON r.run_id = d.run_id JOIN series AS s ON s.series_id = r.series_id"
    " JOIN symbols AS m ON m.symbol_id = s.symbol_id"
)
_LEDGER: Final = f"SELECT STRAIGHT_JOIN {_NAMES}, d.role, d.origin, NULL, {_DECISION}, {_OUTCOME}"
_BACKTEST: Final = f"SELECT STRAIGHT_JOIN {_NAMES}, r.role, 'backtest', d.run_id, {_DECISION}, {_RUN_OUTCOME}"
_ONE: Final = (
    f"{_LEDGER} FROM decisions AS d{LEDGER_TABLES} WHERE d.id = %s",
    f"{_BACKTEST} FROM backtest_decisions AS d{RUN_TABLES} WHERE d.id = %s",
)
_WAITING: Final = (
    "SELECT SUM(IF(chain = 'decisions', 1, -1) * CAST(number AS SIGNED)) FROM chain_heads"
    " WHERE series_id = %s AND role = %s"
)


def read_decisions(cursor: Any, wanted: DecisionFilter) -> list[Decided]:
    """At most `wanted.limit` decisions in the order of (open time, id)."""
    ledger, runs = ledger_parts(cursor, wanted), run_parts(cursor, wanted)
    rows = select(cursor, _LEDGER, "decisions", LEDGER_TABLES, ledger, wanted)
    rows += select(cursor, _BACKTEST, "backtest_decisions", RUN_TABLES, runs, wanted)
    found = [_decided(row) for row in rows]
    found.sort(key=lambda each: (each.decision.open_time, each.decision.id), reverse=wanted.newest)
    return found[: wanted.limit]


def select(
    cursor: Any, columns: str, table: str, joined: str, parts: Sequence[Part], wanted: DecisionFilter
) -> list[Row]:
    """The columns of the decisions that are wanted of some parts, in no order."""
    if not parts:
        return []
    ids, values = keys(parts, wanted)
    cursor.execute(f"{columns} FROM ({ids}) AS k JOIN {table} AS d ON d.id = k.id{joined}", values)
    rows: list[Row] = cursor.fetchall()
    return rows


def decision_by_id(cursor: Any, decision_id: str) -> Decided | None:
    """One decision, from the ledger or a back-test."""
    for statement in _ONE:
        cursor.execute(statement, (as_id(decision_id),))
        row = cursor.fetchone()
        if row:
            return _decided(row)
    return None


def last_decision(cursor: Any, series_id: int, role: Role) -> Decision | None:
    """The ledger's newest candle of a series and role."""
    cursor.execute(
        f"{_LEDGER} FROM decisions AS d{LEDGER_TABLES} WHERE d.series_id = %s AND d.role = %s"
        " ORDER BY d.open_time DESC LIMIT 1",
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
        f"{_LEDGER} FROM decisions AS d{LEDGER_TABLES} WHERE d.series_id = %s AND d.role = %s"
        f" AND o.state IS NULL ORDER BY d.open_time {order} LIMIT %s",
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


def _decided(row: Row) -> Decided:
    where, rest = row[:6], row[6:]
    decision, outcome = rest[: len(DECISION_COLUMNS)], rest[len(DECISION_COLUMNS) :]
    return Decided(to_decision(where, decision), to_outcome(where, decision[0], outcome))
