"""Decisions in columns: every value travels as text in one column, never as a Python object of its own."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv

from market.ports import LISTED_SCHEMA, DecisionFilter
from market.store.decisions_find import ledger_parts, run_parts
from market.store.decisions_read import LEDGER_TABLES, RUN_TABLES, select

_PRICES: Final = ("price", "entry_price", "exit_price")
_OUTCOME: Final = LISTED_SCHEMA.names[LISTED_SCHEMA.names.index("entry_time") :]
_ORIGINAL: Final = {
    "exchange": "m.exchange",
    "symbol": "m.symbol",
    "interval": "s.interval_name",
}
_OF_LEDGER: Final = (
    _ORIGINAL
    | {"run_id": "''", "outcome": "IFNULL(o.state, 'pending')"}
    | {name: f"o.{name}" for name in _OUTCOME}
)
_OF_RUN: Final = _ORIGINAL | {
    "role": "r.role",
    "origin": "'backtest'",
    "outcome": "IFNULL(d.outcome_state, 'pending')",
}


def list_decisions(cursor: Any, wanted: DecisionFilter) -> pa.Table:
    """At most `wanted.limit` decisions in `LISTED_SCHEMA`, in the order of (open time, id)."""
    ledger, runs = ledger_parts(cursor, wanted), run_parts(cursor, wanted)
    rows = select(cursor, _line(LISTED_SCHEMA, _OF_LEDGER), "decisions", LEDGER_TABLES, ledger, wanted)
    rows += select(cursor, _line(LISTED_SCHEMA, _OF_RUN), "backtest_decisions", RUN_TABLES, runs, wanted)
    order = "descending" if wanted.newest else "ascending"
    found = _table([line for (line,) in rows], LISTED_SCHEMA)
    return _plain(found.sort_by([("open_time", order), ("id", order)]).slice(0, wanted.limit))


def _line(schema: pa.Schema, names: dict[str, str]) -> str:
    columns = [f"IFNULL({names.get(name, f'd.{name}')}, '')" for name in schema.names]
    return f"SELECT STRAIGHT_JOIN CONCAT_WS('\t', {', '.join(columns)})"


def _table(lines: Sequence[str], schema: pa.Schema) -> pa.Table:
    """Lines as the server writes them: `b7363457...<tab>simulated<tab>BTCUSDT<tab>1h<tab>...`"""
    if not lines:
        return schema.empty_table()
    return pyarrow.csv.read_csv(
        pa.py_buffer("\n".join(lines).encode()),
        read_options=pyarrow.csv.ReadOptions(column_names=schema.names, use_threads=False),
        parse_options=pyarrow.csv.ParseOptions(
            delimiter="\t", quote_char=False, double_quote=False, ignore_empty_lines=False
        ),
        convert_options=pyarrow.csv.ConvertOptions(
            column_types=dict(zip(schema.names, schema.types, strict=True)),
            null_values=[""],
            true_values=["1"],
            false_values=["0"],
            strings_can_be_null=True,
        ),
    )


def _plain(found: pa.Table) -> pa.Table:
    """Prices as short as they are exact; no text is null that may be empty."""
    for name in _PRICES:
        short = pc.utf8_rtrim(pc.utf8_rtrim(found[name], "0"), ".")
        found = found.set_column(found.schema.get_field_index(name), name, short)
    at = found.schema.get_field_index("data_hash")
    return found.set_column(at, "data_hash", pc.fill_null(found["data_hash"], ""))
