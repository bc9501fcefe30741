"""Transactions and the change-log line that ends them.

READ COMMITTED throughout: under REPEATABLE READ newer MariaDB servers answer the change-log counter with
error 1020 ("record has changed since last read").
"""

from __future__ import annotations

import shutil
import weakref
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import mysql.connector

from market.store.driver_errors import DRIVER_ERRORS, translate
from market.store.pool import ConnectionPool
from market.store.settings import DatabaseUser, HeartbeatSettings, StoreSettings
from market.store.spool import make_spool

if not mysql.connector.HAVE_CEXT:  # a build without it costs three times the CPU, silently
    raise ImportError("mysql-connector-python runs without its C extension: install the pinned 9.7.0")


class Database:
    """A bounded pool of connections for one database user."""

    def __init__(self, settings: StoreSettings | HeartbeatSettings, user: DatabaseUser) -> None:
        arguments: dict[str, Any] = {
            "host": settings.host,
            "port": settings.port,
            "user": f"opa_{user}",
            "password": settings.password(user),
            "database": settings.name,
            "connection_timeout": settings.connect_timeout_s,
            "read_timeout": settings.read_timeout_s,
            "write_timeout": settings.read_timeout_s,
            "charset": "utf8mb4",
            "collation": "utf8mb4_unicode_ci",
            "time_zone": "+00:00",
            "autocommit": False,
            "allow_local_infile": False,
            "sql_mode": "STRICT_ALL_TABLES,NO_ENGINE_SUBSTITUTION",
            "init_command": _session(settings.statement_limit_s),
        }
        if user == "ingest":  # bulk rows go through LOAD DATA LOCAL, from this private folder only
            self._spool = make_spool()
            weakref.finalize(self, shutil.rmtree, self._spool, ignore_errors=True)
            arguments["allow_local_infile_in_path"] = self._spool
        self._pool = ConnectionPool(settings.pool_size, settings.patience_s, arguments)

    @property
    def spool(self) -> Path:
        """Where this process may put rows for LOAD DATA; only the market writer has it."""
        return Path(self._spool)

    @contextmanager
    def transaction(self, *, binary: bool = False) -> Iterator[Any]:
        """A cursor inside one transaction: committed at the end, rolled back on any error.

        With `binary` values come as they are stored: for many floats, whose text costs the server most.
        Raises `StoreUnavailable` when the server is away or busy, `StoreRefused` when it says no.
        """
        try:
            connection = self._pool.take()
            usable = False
            try:
                # Closed only after success: closing over unread rows would hide what ended the block.
                cursor = connection.cursor(prepared=binary)
                yield cursor
                cursor.close()
                connection.commit()
                usable = True
            finally:
                # Where a prepared statement was ended the driver still sees rows, and refuses the next one.
                usable = usable or (not binary and _rolled_back(connection))
                self._pool.give_back(connection, usable=usable)
        except DRIVER_ERRORS as error:
            raise translate(error) from error


def _session(statement_limit_s: float) -> str:
    """One statement for both kinds of server: each reads its own comment. A limit of 0 is none."""
    isolation = "_isolation = 'READ-COMMITTED'"
    return (
        f"SET SESSION /*M! tx{isolation}, max_statement_time = {statement_limit_s:g} */"
        f" /*!50720 transaction{isolation}, max_execution_time = {round(statement_limit_s * 1_000)} */"
    )


def _rolled_back(connection: Any) -> bool:
    try:
        connection.rollback()
    except DRIVER_ERRORS:  # the server drops what an unusable connection left open
        return False
    return True


def log_change(cursor: Any, stream: str, series: str, from_time: int, to_time: int) -> int:
    """Append a line to the change log; must be the last statement of the transaction.

    The counter's row lock is held until the commit, so numbers follow commit order.
    """
    return log_changes(cursor, [(stream, series, from_time, to_time)])


def log_changes(cursor: Any, lines: Sequence[tuple[str, str, int, int]]) -> int:
    """Like `log_change` for several lines, in their order; returns the last number."""
    cursor.execute("UPDATE change_counter SET seq = LAST_INSERT_ID(seq + %s) WHERE id = 1", (len(lines),))
    seq: int = cursor.lastrowid
    first = seq - len(lines) + 1
    marks = ", ".join(["(%s, %s, %s, %s, %s)"] * len(lines))
    values = [value for at, line in enumerate(lines) for value in (first + at, *line)]
    cursor.execute(
        f"INSERT INTO change_log (seq, stream, series, from_time, to_time) VALUES {marks}",  # noqa: S608
        values,
    )
    return seq
