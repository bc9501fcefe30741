"""Back-test runs with their decisions and equity: functions inside the caller's transaction."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

import orjson

from market.decision import Role
from market.interval import Series
from market.ports import BacktestRun, Decided
from market.store.connection import log_change
from market.store.decisions_ledger import insert_many
from market.store.decisions_rows import DECISION_COLUMNS, OUTCOME_COLUMNS, decision_values, outcome_values
from market.store.models import series_clause

_COLUMNS: Final = ("run_id", *DECISION_COLUMNS, "outcome_state", *OUTCOME_COLUMNS[1:])


def save_run(cursor: Any, series_id: int, run: BacktestRun, decided: Iterable[Decided]) -> None:
    """Store a run whole; one of the same id is replaced."""
    for table in ("backtest_decisions", "backtest_equity", "backtest_runs"):
        cursor.execute(f"DELETE FROM {table} WHERE run_id = %s", (run.run_id,))  # noqa: S608
    cursor.execute(
        "INSERT INTO backtest_runs (run_id, series_id, role, kind, created_at, start_time, end_time, metrics)"
        " VALUES (%s, %s, %s, %s, %s, %s, %s, %s)",
        (
            run.run_id, series_id, run.role.value, run.kind, run.created_at, run.start, run.end,
            orjson.dumps(dict(run.metrics)).decode(),
        ),
    )  # fmt: skip
    rows = ((run.run_id, *decision_values(d.decision), *outcome_values(d.outcome)) for d in decided)
    insert_many(cursor, "backtest_decisions", _COLUMNS, rows)
    equity = [(run.run_id, *point) for point in run.equity]
    insert_many(cursor, "backtest_equity", ("run_id", "time", "equity", "buy_and_hold"), equity)
    log_change(cursor, "backtests", str(run.series), run.start, run.end)


def read_runs(cursor: Any, series: Series | None) -> list[BacktestRun]:
    """Runs with their equity, newest first."""
    where, values = series_clause(series)
    cursor.execute(
        "SELECT m.exchange, m.symbol, s.interval_name, r.run_id, r.role, r.kind, r.created_at,"  # noqa: S608
        " r.start_time, r.end_time, r.metrics FROM backtest_runs AS r"
        " JOIN series AS s ON s.series_id = r.series_id JOIN symbols AS m ON m.symbol_id = s.symbol_id"
        f" WHERE {' AND '.join(where)} ORDER BY r.created_at DESC, r.run_id",
        values,
    )
    return [
        BacktestRun(
            run_id,
            Series.of(*names),
            Role(role),
            kind,
            *times,
            orjson.loads(metrics),
            _equity(cursor, run_id),
        )
        for *names, run_id, role, kind, created_at, start, end, metrics in cursor.fetchall()
        for times in [(created_at, start, end)]
    ]


def _equity(cursor: Any, run_id: str) -> tuple[tuple[int, float, float], ...]:
    cursor.execute(
        "SELECT time, equity, buy_and_hold FROM backtest_equity WHERE run_id = %s ORDER BY time", (run_id,)
    )
    return tuple(cursor.fetchall())
