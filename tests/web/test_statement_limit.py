"""A statement that takes too long is ended by the server, on both kinds of server."""

from __future__ import annotations

import pytest

from market.errors import StoreTooSlow
from market.store import Database, StoreSettings

# Some sixty million rows are counted: minutes of work, which no cache shortens.
COLUMNS = "information_schema.columns"
ENDLESS = f"SELECT COUNT(*) FROM {COLUMNS} a, {COLUMNS} b, {COLUMNS} c"


@pytest.mark.database
@pytest.mark.parametrize("binary", [False, True])
@pytest.mark.parametrize("server", ["mariadb", "mysql8"])
def test_the_server_ends_what_takes_too_long(
    server: str, binary: bool, request: pytest.FixtureRequest
) -> None:
    settings: StoreSettings = request.getfixturevalue(server)
    bounded = Database(settings.for_answers(0.2), "reader")
    with pytest.raises(StoreTooSlow, match="OPA_STATEMENT_LIMIT_S"):
        _count(bounded, binary)
    with bounded.transaction(binary=binary) as cursor:
        cursor.execute("SELECT 1")
        assert cursor.fetchall() == [(1,)]


def _count(database: Database, binary: bool) -> None:
    with database.transaction(binary=binary) as cursor:
        cursor.execute(ENDLESS)
        cursor.fetchall()


@pytest.mark.database
@pytest.mark.parametrize("server", ["mariadb", "mysql8"])
def test_every_session_reads_what_is_committed_limited_or_not(
    server: str, request: pytest.FixtureRequest
) -> None:
    settings: StoreSettings = request.getfixturevalue(server)
    for each in (settings, settings.for_answers(2.5)):
        with Database(each, "reader").transaction() as cursor:
            cursor.execute("SHOW VARIABLES WHERE Variable_name IN ('tx_isolation', 'transaction_isolation')")
            assert {level for _, level in cursor.fetchall()} == {"READ-COMMITTED"}
            cursor.execute(
                "SHOW VARIABLES WHERE Variable_name IN ('max_statement_time', 'max_execution_time')"
            )
            ((_, limit),) = cursor.fetchall()
            assert float(limit) in ((0, 0) if each is settings else (2.5, 2_500))
