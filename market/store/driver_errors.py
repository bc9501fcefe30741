"""Driver errors in the language of the market: away or busy is transient, everything else is refused."""

from __future__ import annotations

import re
from typing import Any, Final

import _mysql_connector
import mysql.connector
from mysql.connector import errorcode

from market.errors import MarketError, StoreRefused, StoreTooSlow, StoreUnavailable

# `commit` and `rollback` let the C extension's own error through as it is.
DRIVER_ERRORS: Final = (mysql.connector.Error, _mysql_connector.MySQLInterfaceError)
_KILLED_BY_MARIADB: Final = 1927
_TOO_LONG: Final = {1969, 3024}  # MariaDB's max_statement_time, MySQL's max_execution_time
# Raised by the driver itself, without a server's number: a parameter is missing, a result was not read.
_MISUSE: Final = (mysql.connector.ProgrammingError, mysql.connector.InternalError)
_TRY_AGAIN: Final = {
    errorcode.ER_LOCK_DEADLOCK,
    errorcode.ER_LOCK_WAIT_TIMEOUT,
    errorcode.ER_CHECKREAD,
    errorcode.ER_CON_COUNT_ERROR,
    errorcode.ER_TOO_MANY_USER_CONNECTIONS,
    errorcode.ER_SERVER_SHUTDOWN,
    errorcode.ER_QUERY_INTERRUPTED,
    errorcode.ER_NET_READ_INTERRUPTED,
    errorcode.ER_NET_READ_ERROR,
    _KILLED_BY_MARIADB,
}
_ADVICE: Final = {
    errorcode.ER_ACCESS_DENIED_ERROR: "check the OPA_DB_*_PASSWORD of this user in .env",
    errorcode.ER_DBACCESS_DENIED_ERROR: "run `sh setup.sh` so that the database users get their rights",
    errorcode.ER_TABLEACCESS_DENIED_ERROR: "this user may not do this; run `sh setup.sh` to renew the rights",
    errorcode.ER_NO_SUCH_TABLE: "run `sh setup.sh` so that the migrations are applied",
    errorcode.ER_NOT_ALLOWED_COMMAND: "start the server with --local-infile=1",
    3948: "start the server with --local-infile=1",
}
_DISK_FULL: Final = {1021, errorcode.ER_RECORD_FILE_FULL}
# Engines report a full disk as an error of their own with the system's number 28 (ENOSPC) inside.
_ENOSPC: Final = re.compile(r"(?:errno|errcode|error):? \"?28\b|no space left", re.IGNORECASE)


def translate(error: Any) -> MarketError:
    """One of `DRIVER_ERRORS` as one of ours."""
    number, text = getattr(error, "errno", None) or 0, getattr(error, "msg", None) or str(error)
    if isinstance(error, _MISUSE) and number < 1000:
        return StoreRefused(f"the driver refuses a statement: {text}; this is a bug, please report it")
    if number in _DISK_FULL or _ENOSPC.search(text):
        return StoreRefused(f"the database's disk is full ({text}): free some space in its data folder")
    if number < 1000 or 2000 <= number < 3000:
        return StoreUnavailable(
            f"the database does not answer ({text}); OPA_DB_HOST and OPA_DB_PORT name it,"
            " `sh setup.sh status` shows whether it runs"
        )
    if number in _TOO_LONG:
        return StoreTooSlow("a statement took longer than OPA_STATEMENT_LIMIT_S: ask for less at once")
    if number in _TRY_AGAIN:
        return StoreUnavailable(f"the database is busy or stopping ({text}): try again")
    advice = _ADVICE.get(number)
    return StoreRefused(f"database: {text}" + (f"; {advice}" if advice else ""))
