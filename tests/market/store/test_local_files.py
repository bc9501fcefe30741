"""A server, even a hostile one, gets no file of ours but those that the market writer has in its spool."""

from pathlib import Path
from typing import get_args

import mysql.connector
import pytest

from market.errors import MarketError
from market.store import Database, StoreSettings
from market.store.rights import _rights
from market.store.settings import DatabaseUser

pytestmark = pytest.mark.database
SECRET = "a line of somebody's file"
LOAD = "LOAD DATA LOCAL INFILE '{}' INTO TABLE change_log (stream)"
USERS = get_args(DatabaseUser)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "private.txt"
    path.write_text(SECRET)
    return path


@pytest.mark.parametrize("user", USERS)
def test_a_file_elsewhere_is_not_sent_whoever_asks(database: StoreSettings, user: DatabaseUser, file: Path):
    with (
        pytest.raises(MarketError, match=r"(?i)local|disabled|denied|restricted"),
        Database(database, user).transaction() as cursor,
    ):
        cursor.execute(LOAD.format(file))


def test_a_way_out_of_the_spool_is_not_followed(database: StoreSettings, file: Path):
    writer = Database(database, "ingest")
    (writer.spool / "link").symlink_to(file)
    for way in (writer.spool / "link", writer.spool / ".." / file.parent.name / file.name):
        with pytest.raises(MarketError), writer.transaction() as cursor:
            cursor.execute(LOAD.format(way))


@pytest.mark.parametrize("user", [each for each in USERS if each != "ingest"])
def test_only_the_market_writer_has_a_spool(database: StoreSettings, user: DatabaseUser):
    with pytest.raises(AttributeError):
        _ = Database(database, user).spool


@pytest.mark.parametrize("server", ["database", "mysql8"])
def test_every_user_holds_the_rights_that_are_written_down_and_no_others(
    server: str, root_password: str, request: pytest.FixtureRequest
):
    settings: StoreSettings = request.getfixturevalue(server)
    found: dict[tuple[str, str], set[str]] = {}
    with (
        mysql.connector.connect(
            host=settings.host, port=settings.port, user="root", password=root_password
        ) as connection,
        connection.cursor() as cursor,
    ):
        cursor.execute(
            "SELECT grantee, table_name, privilege_type FROM information_schema.table_privileges"
            " WHERE table_schema = %s AND table_name NOT LIKE '%yoyo%'",
            (settings.name,),
        )
        for account, table, right in cursor.fetchall():
            found.setdefault((account.split("'")[1].removeprefix("opa_"), table), set()).add(right)
        cursor.execute(
            "SELECT grantee, privilege_type FROM information_schema.user_privileges"
            " WHERE grantee LIKE '''opa_%'"
        )
        everywhere = {right for _, right in cursor.fetchall()}
    tables = {table for _, table in found}
    wanted = {
        (user, table): set(rights.split(", "))
        for user, held in _rights().items()
        for table, rights in held.items()
    } | {("reader", table): {"SELECT"} for table in tables}
    assert found == wanted
    assert everywhere == {"USAGE"}
