"""What happens to the store when a server or a writer dies, says no or is busy."""

import time
from collections.abc import Callable
from multiprocessing import get_context
from pathlib import Path

import mysql.connector
import pytest

from market.coverage import Covered
from market.errors import MarketError, StoreRefused, StoreUnavailable
from market.interval import HOUR, Interval
from market.kline import Finality, Source
from market.ports import SymbolInfo
from market.store import Database, MySQLChangeLog, MySQLKlineStore, StoreSettings
from market.store.driver_errors import translate
from tests.contracts.candles import page, prices
from tests.market.store.endless_writer import BARS_A_PAGE, SERIES, write_on
from tests.servers import ROOT_PASSWORD, TestDatabase
from up import ports, processes
from up.mariadb import DatabaseServer

KILLS, FOREVER = 5, 1 << 45
INFO = SymbolInfo("binance", "BTCUSDT", "BTC", "USDT", "TRADING")


@pytest.mark.database
def test_a_killed_writer_leaves_whole_pages_only(database: StoreSettings) -> None:
    store = MySQLKlineStore(Database(database, "ingest"))
    changes = MySQLChangeLog(Database(database, "reader"))
    store.register(INFO, Interval("1h"))
    start = get_context("forkserver")
    start.set_forkserver_preload([write_on.__module__])
    for kill in range(KILLS):
        before = changes.head()
        writer = start.Process(target=write_on, args=(database,))
        writer.start()
        _wait_for(lambda before=before: changes.head() > before)
        time.sleep(0.03 * kill)
        writer.kill()
        writer.join()
        _check_whole_pages(store, changes)
    assert changes.head() >= 2 * KILLS


def _check_whole_pages(store: MySQLKlineStore, changes: MySQLChangeLog) -> None:
    bars = list(prices(store.read(SERIES, 0, FOREVER)))
    assert len(bars) % BARS_A_PAGE == 0
    assert bars == list(range(len(bars)))
    assert store.coverage(SERIES) == [Covered(0, len(bars) * HOUR)]
    lines = [line for line in changes.read(0, limit=100_000) if line.stream == "klines"]
    assert [line.from_time // HOUR for line in lines] == bars[::BARS_A_PAGE]
    assert lines[-1].to_time // HOUR == bars[-1]


def _wait_for(happened: Callable[[], bool], timeout_s: float = 60) -> None:
    deadline = time.monotonic() + timeout_s
    while not happened():
        assert time.monotonic() < deadline, "the writer wrote nothing"
        time.sleep(0.005)


@pytest.mark.database
def test_a_database_that_dies_and_comes_back_is_written_to_again(server_folder: Path) -> None:
    server = DatabaseServer(server_folder / "mortal", ports.free_port(), ROOT_PASSWORD)
    with TestDatabase.running(server.folder) as running:
        settings = running.settings
        store = MySQLKlineStore(Database(settings, "ingest"))
        series = store.register(INFO, Interval("1h"))
    with pytest.raises(StoreUnavailable, match="does not answer"):
        store.series()
    again = DatabaseServer(server.folder, settings.port, ROOT_PASSWORD)
    again.prepare()
    process = processes.start(again.command(), again.log)
    try:
        again.wait(process.pid)
        result = store.write(series, page({0: "1"}), finality=Finality.CONFIRMED, source=Source.REST, now=1)
        assert result.inserted == 1
        process.kill()
        process.wait()
        with pytest.raises(StoreUnavailable, match="OPA_DB_HOST"):
            store.write(series, page({1: "1"}), finality=Finality.CONFIRMED, source=Source.REST, now=1)
    finally:
        processes.stop(process)


@pytest.mark.database
def test_a_busy_pool_is_waited_for_and_then_named(database: StoreSettings) -> None:
    narrow = Database(database.model_copy(update={"pool_size": 1, "patience_s": 1}), "reader")
    with (
        narrow.transaction(),
        pytest.raises(StoreUnavailable, match="OPA_DB_POOL_SIZE"),
        narrow.transaction(),
    ):
        pass
    with narrow.transaction() as cursor:
        cursor.execute("SELECT 1")
        assert cursor.fetchone() == (1,)


@pytest.mark.database
def test_an_error_inside_a_transaction_leaves_nothing_behind(database: StoreSettings) -> None:
    db = Database(database, "ingest")

    def fail_half_way() -> None:
        with db.transaction() as cursor:
            cursor.execute("UPDATE change_counter SET seq = 77")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail_half_way()
    assert MySQLChangeLog(db).head() == 0


@pytest.mark.database
@pytest.mark.parametrize("statements", [[], ["SELECT 1"]], ids=["at the commit", "at a statement"])
def test_a_connection_that_breaks_inside_a_transaction_costs_no_place_in_the_pool(
    database: StoreSettings, mariadb_server: TestDatabase, statements: list[str]
) -> None:
    db = Database(database.model_copy(update={"pool_size": 1, "patience_s": 5}), "ingest")

    def work_while_the_server_hangs_up() -> None:
        with db.transaction() as cursor:
            cursor.execute("SELECT CONNECTION_ID()")
            mariadb_server.disconnect(cursor.fetchone()[0])
            for statement in statements:
                cursor.execute(statement)

    for _ in range(3):
        with pytest.raises(StoreUnavailable):
            work_while_the_server_hangs_up()
    with db.transaction() as cursor:
        cursor.execute("SELECT 1")
        assert cursor.fetchone() == (1,)


@pytest.mark.database
def test_a_wrong_password_is_refused_and_named(database: StoreSettings) -> None:
    wrong = StoreSettings.model_validate(database.model_dump() | {"ingest_password": "wrong"})
    with pytest.raises(StoreRefused, match="OPA_DB_"):
        MySQLKlineStore(Database(wrong, "ingest")).series()


@pytest.mark.parametrize(
    ("number", "text", "kind", "advice"),
    [
        (1021, "Disk full (/tmp/x); waiting", StoreRefused, "free some space"),
        (1114, "The table 'klines' is full", StoreRefused, "free some space"),
        (
            1030,
            'Got error 28 "No space left on device" from storage engine InnoDB',
            StoreRefused,
            "free some",
        ),
        (3, "Error writing file './x' (Errcode: 28)", StoreRefused, "free some space"),
        (1213, "Deadlock found", StoreUnavailable, "try again"),
        (1205, "Lock wait timeout exceeded", StoreUnavailable, "try again"),
        (1053, "Server shutdown in progress", StoreUnavailable, "try again"),
        (2013, "Lost connection to server during query", StoreUnavailable, "OPA_DB_HOST"),
        (2003, "Can't connect", StoreUnavailable, "OPA_DB_PORT"),
        (1045, "Access denied", StoreRefused, "PASSWORD"),
        (1142, "SELECT command denied", StoreRefused, "rights"),
        (1064, "You have an error in your SQL syntax", StoreRefused, "syntax"),
    ],
)
def test_driver_errors_say_whether_to_retry_and_what_to_do(
    number: int, text: str, kind: type[MarketError], advice: str
) -> None:
    error = translate(mysql.connector.DatabaseError(msg=text, errno=number))
    assert type(error) is kind
    assert advice in str(error)


@pytest.mark.database
def test_a_signal_between_question_and_answer_ends_the_program_as_asked(database: StoreSettings) -> None:
    db = Database(database, "reader")
    with pytest.raises(SystemExit) as ended:
        _ask_and_end(db)
    assert ended.value.code == 0
    with db.transaction() as cursor:
        cursor.execute("SELECT 1")
        assert cursor.fetchone() == (1,)


def _ask_and_end(db: Database) -> None:
    with db.transaction() as cursor:
        cursor.execute("SELECT seq FROM change_counter")
        raise SystemExit(0)
