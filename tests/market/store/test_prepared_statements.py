"""Which reads are worth a prepared statement."""

import pytest

from market.decision import Role
from market.interval import Interval
from market.ports import SymbolInfo
from market.store import Database, MySQLDecisionStore, MySQLKlineStore, StoreSettings


@pytest.mark.database
def test_many_decisions_are_read_by_a_prepared_statement_and_the_first_one_is_not(
    database: StoreSettings,
) -> None:
    info = SymbolInfo("simulated", "BTCUSDT", "BTC", "USDT", "TRADING")
    series = MySQLKlineStore(Database(database, "ingest")).register(info, Interval("1h"))
    db = Database(database, "model")
    store = MySQLDecisionStore(db)
    before = _prepared(db)
    first = store.scored(series, Role.CHAMPION, 0, 1 << 45, 1)
    assert _prepared(db) == before
    assert store.scored(series, Role.CHAMPION, 0, 1 << 45, 2) == first
    assert _prepared(db) > before


def _prepared(db: Database) -> int:
    with db.transaction() as cursor:
        cursor.execute("SHOW GLOBAL STATUS LIKE 'Com_stmt_prepare'")
        return int(cursor.fetchone()[1])
