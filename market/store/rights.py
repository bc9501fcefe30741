"""Database users and their rights: one user per room, least rights each.

`users` needs root and creates the database and the users. The rights on single tables come with the tables,
so `migrate` gives them (opa_migrator may pass on the rights that it holds inside the schema).
"""

from __future__ import annotations

from typing import Any, Final

import mysql.connector

from market.store.connection import Database
from market.store.driver_errors import translate
from market.store.settings import DatabaseUser, RootSettings, StoreSettings

_WRITE: Final = "SELECT, INSERT, UPDATE, DELETE"
_MARKET: Final = (
    "symbols",
    "series",
    "klines",
    "ticks",
    "coverage",
    "holes",
    "revisions",
    "market_clock",
    "archive_files",
    "health",
    "rechecks",
)
_DECISIONS: Final = ("models", "backtest_runs", "backtest_decisions", "backtest_equity", "jobs", "trials")
# The ledger is append-only by right, not by habit: who decides may neither edit nor delete a decision.
_APPEND_ONLY: Final = {
    "decisions": "SELECT, INSERT",
    "outcomes": "SELECT, INSERT",
    "chain_heads": "SELECT, INSERT, UPDATE",
    "model_events": "SELECT, INSERT",
    "monitors": "SELECT, INSERT",
    "opened_periods": "SELECT, INSERT",
}
_MIGRATOR: Final = (
    f"{_WRITE}, CREATE, ALTER, DROP, INDEX, REFERENCES, CREATE VIEW, SHOW VIEW, LOCK TABLES, TRIGGER"
)
_SCHEMA_TABLES: Final = (
    "SELECT table_name FROM information_schema.tables WHERE table_schema = DATABASE()"
    " AND table_name NOT LIKE '%yoyo%'"
)


def create_users(root: RootSettings, settings: StoreSettings) -> None:
    """Create the database and every user that has a password, or renew their passwords. Needs root."""
    try:
        with mysql.connector.connect(**root.arguments()) as connection, connection.cursor() as cursor:
            _create(cursor, settings)
    except mysql.connector.Error as error:
        raise translate(error) from error


def _create(cursor: Any, settings: StoreSettings) -> None:
    name = _quoted(settings.name)
    cursor.execute(f"CREATE DATABASE IF NOT EXISTS {name} CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci")
    for user in settings.users:
        account = (f"opa_{user}", settings.password(user))
        cursor.execute("CREATE USER IF NOT EXISTS %s@'%' IDENTIFIED BY %s", account)
        cursor.execute("ALTER USER %s@'%' IDENTIFIED BY %s", account)
    cursor.execute(f"GRANT {_MIGRATOR} ON {name}.* TO 'opa_migrator'@'%' WITH GRANT OPTION")


def grant_tables(settings: StoreSettings) -> None:
    """Give each user that has a password its rights on the tables that exist."""
    with Database(settings, "migrator").transaction() as cursor:
        cursor.execute(_SCHEMA_TABLES)
        existing = {row[0] for row in cursor.fetchall()}
        for user, tables in _rights().items():
            for table, rights in tables.items():
                if table in existing and user in settings.users:
                    cursor.execute(f"GRANT {rights} ON {_quoted(table)} TO 'opa_{user}'@'%'")
        for table in sorted(existing):
            cursor.execute(f"GRANT SELECT ON {_quoted(table)} TO 'opa_reader'@'%'")


def _rights() -> dict[DatabaseUser, dict[str, str]]:
    log = {"change_log": "SELECT, INSERT", "change_counter": "SELECT, UPDATE", "change_epoch": "SELECT"}
    seen_by_model = dict.fromkeys((*_MARKET, "klines_readable"), "SELECT")
    return {
        "ingest": dict.fromkeys(_MARKET, _WRITE) | log | {"klines_readable": "SELECT"},
        "model": dict.fromkeys(_DECISIONS, _WRITE) | _APPEND_ONLY | log | seen_by_model,
        "heartbeat": {
            "heartbeats": "SELECT, INSERT, DELETE",
            "change_log": "INSERT",
            "change_counter": "SELECT, UPDATE",
            "market_clock": "SELECT",
        },
        "trimmer": {"change_log": "SELECT, DELETE"},
    }


def _quoted(name: str) -> str:
    return "`" + name.replace("`", "``") + "`"
