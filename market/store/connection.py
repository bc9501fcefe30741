"""Connections, transactions and the translation of driver errors.

READ COMMITTED throughout: under REPEATABLE READ newer MariaDB servers answer the change-log counter with
error 1020 ("record has changed since last read").
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

import mysql.connector
from mysql.connector import errorcode
from mysql.connector.pooling import MySQLConnectionPool

from market.errors import MarketError, StoreRefused, StoreUnavailable
from market.store.settings import DatabaseUser, StoreSettings

_TRY_AGAIN: Final = {
    errorcode.ER_LOCK_DEADLOCK,
    errorcode.ER_LOCK_WAIT_TIMEOUT,
    errorcode.ER_CHECKREAD,
    errorcode.ER_CON_COUNT_ERROR,
    errorcode.ER_SERVER_SHUTDOWN,
    errorcode.ER_QUERY_INTERRUPTED,
}
_ADVICE: Final = {
    errorcode.ER_ACCESS_DENIED_ERROR: "check the OPA_DB_*_PASSWORD of this user in .env",
    errorcode.ER_DBACCESS_DENIED_ERROR: "run `sh setup.sh` so that the database users get their rights",
    errorcode.ER_TABLEACCESS_DENIED_ERROR: "this user may not do this; run `sh setup.sh` to renew the rights",
    errorcode.ER_NO_SUCH_TABLE: "run `sh setup.sh` so that the migrations are applied",
    1021: "the database's disk is full: free some space (data folder: .run/mariadb)",
    1114: "the database's disk is full: free some space (data folder: .run/mariadb)",
}

if not mysql.connector.HAVE_CEXT:  # a build without it costs three times the CPU, silently
    raise ImportError("mysql-connector-python runs without its C extension: install the pinned 9.7.0")


def translate(error: mysql.connector.Error) -> MarketError:
    """A driver error as one of ours: away or busy is transient, everything else is refused."""
    if isinstance(error, mysql.connector.errors.PoolError) or error.errno is None or error.errno < 1000:
        return StoreUnavailable(f"database: {error.msg or error}")
    if 2000 <= error.errno < 3000 or error.errno in _TRY_AGAIN:
        return StoreUnavailable(
            f"the database does not answer ({error.msg}); OPA_DB_HOST and OPA_DB_PORT name it"
        )
    advice = _ADVICE.get(error.errno)
    return StoreRefused(f"database: {error.msg}" + (f"; {advice}" if advice else ""))


class Database:
    """A bounded pool of connections for one database user."""

    def __init__(self, settings: StoreSettings, user: DatabaseUser) -> None:
        self._arguments: dict[str, Any] = {
            "host": settings.host,
            "port": settings.port,
            "user": f"opa_{user}",
            "password": settings.password(user),
            "database": settings.name,
            "connection_timeout": settings.connect_timeout_s,
            "charset": "utf8mb4",
            "collation": "utf8mb4_unicode_ci",
            "time_zone": "+00:00",
            "autocommit": False,
            "allow_local_infile": False,
            "sql_mode": "STRICT_ALL_TABLES,NO_ENGINE_SUBSTITUTION",
        }
        self._name = f"opa_{user}_{id(self)}"
        self._size = settings.pool_size
        self._pool: MySQLConnectionPool | None = None

    @contextmanager
    def transaction(self) -> Iterator[Any]:
        """A cursor inside one transaction: committed at the end, rolled back on any error."""
        try:
            connection = self._connection()
            try:
                connection.start_transaction(isolation_level="READ COMMITTED")
                cursor = connection.cursor()
                yield cursor
                cursor.close()
                connection.commit()
            finally:
                self._give_back(connection)
        except mysql.connector.Error as error:
            raise translate(error) from error

    def _connection(self) -> Any:
        if self._pool is None:
            self._pool = MySQLConnectionPool(
                pool_name=self._name, pool_size=self._size, pool_reset_session=False, **self._arguments
            )
        connection = self._pool.get_connection()
        connection.ping(reconnect=True, attempts=1)
        return connection

    def _give_back(self, connection: Any) -> None:
        try:
            if connection.is_connected() and connection.in_transaction:
                connection.rollback()
        finally:
            connection.close()


def log_change(cursor: Any, stream: str, series: str, from_time: int, to_time: int) -> int:
    """Append a line to the change log; must be the last statement of the transaction.

    The counter's row lock is held until the commit, so numbers follow commit order.
    """
    cursor.execute("UPDATE change_counter SET seq = LAST_INSERT_ID(seq + 1) WHERE id = 1")
    seq: int = cursor.lastrowid
    cursor.execute(
        "INSERT INTO change_log (seq, stream, series, from_time, to_time)"
        " VALUES (LAST_INSERT_ID(), %s, %s, %s, %s)",
        (stream, series, from_time, to_time),
    )
    return seq
