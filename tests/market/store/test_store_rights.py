"""Each database user may do its work and nothing else; the migrations make the same schema on every way."""

from os import environ
from pathlib import Path
from shutil import copy
from subprocess import run
from sys import executable

import pytest
from pydantic import SecretStr

from market.errors import InvalidInput, StoreRefused
from market.interval import Interval, Series
from market.kline import Finality, Source
from market.ports import Heartbeat, Job, Process, ServiceName, SymbolInfo
from market.store import Database, MySQLDecisionStore, MySQLHeartbeatStore, MySQLKlineStore, StoreSettings
from market.store.migrate import MIGRATIONS, migrate
from market.store.rights import create_users
from market.store.settings import DatabaseUser, RootSettings
from tests.contracts.candles import page, prices

pytestmark = pytest.mark.database
KLINE = "UPDATE klines SET trades = 0"
FORBIDDEN: list[tuple[DatabaseUser, str]] = [
    ("reader", KLINE),
    ("reader", "INSERT INTO change_log (seq, stream, series, from_time, to_time) VALUES (9, '', '', 0, 0)"),
    ("reader", "DELETE FROM decisions"),
    ("model", KLINE),
    ("model", "DELETE FROM ticks"),
    ("model", "UPDATE coverage SET end_time = 0"),
    ("model", "DELETE FROM change_log"),
    ("ingest", "DELETE FROM decisions"),
    ("ingest", "UPDATE outcomes SET net = 1"),
    ("ingest", "DELETE FROM change_log"),
    ("ingest", "DROP TABLE klines"),
    ("ingest", "SELECT 1 INTO OUTFILE '/tmp/opa-rights-test'"),
    ("model", "SELECT LOAD_FILE('/etc/passwd') FROM klines INTO OUTFILE '/tmp/opa-rights-test'"),
    ("migrator", "CREATE USER 'opa_other'@'%'"),
    ("heartbeat", "UPDATE heartbeats SET uptime_s = 0"),
    ("heartbeat", "DELETE FROM change_log"),
    ("heartbeat", "SELECT COUNT(*) FROM klines"),
    ("ingest", "DELETE FROM heartbeats"),
    ("trimmer", "DELETE FROM klines"),
    ("trimmer", "SELECT COUNT(*) FROM klines"),
    ("trimmer", "UPDATE change_log SET seq = 0"),
    ("model", "INSERT INTO heartbeats (process, time) VALUES ('x', 0)"),
]


@pytest.fixture(params=["database", "mysql8"])
def server(request: pytest.FixtureRequest) -> StoreSettings:
    settings: StoreSettings = request.getfixturevalue(request.param)
    return settings


@pytest.mark.parametrize(("user", "statement"), FORBIDDEN)
def test_a_user_is_refused_what_is_not_its_work(
    server: StoreSettings, user: DatabaseUser, statement: str
) -> None:
    with (
        pytest.raises(StoreRefused, match=r"(?i)denied|privilege"),
        Database(server, user).transaction() as cursor,
    ):
        cursor.execute(statement)


@pytest.mark.parametrize("user", ["reader", "model", "ingest"])
def test_everybody_may_read_the_market(server: StoreSettings, user: DatabaseUser) -> None:
    with Database(server, user).transaction() as cursor:
        for table in ("klines", "klines_readable", "ticks", "coverage", "holes", "revisions", "change_log"):
            cursor.execute(f"SELECT COUNT(*) FROM {table}")
            assert cursor.fetchone() == (0,)


def test_the_readable_view_has_the_classic_columns(server: StoreSettings) -> None:
    store = MySQLKlineStore(Database(server, "ingest"))
    series = store.register(SymbolInfo("binance", "BTCUSDT", "BTC", "USDT", "TRADING"), Interval("1h"))
    store.write(series, page({1: "5"}), finality=Finality.CONFIRMED, source=Source.REST, now=1)
    store.write(series, page({2: "5"}), finality=Finality.RUNNING, source=Source.STREAM, now=1)
    with Database(server, "reader").transaction() as cursor:
        cursor.execute("SELECT * FROM klines_readable")
        names, rows = [each[0] for each in cursor.description], cursor.fetchall()
        cursor.execute("SELECT series_id FROM series")
        (series_id,) = cursor.fetchone()
    (row,) = [dict(zip(names, each, strict=True)) for each in rows]
    assert row["id"] == series_id * 10**14 + 3_600_000
    assert str(row["kline_open_time_parsed"]) == "1970-01-01 01:00:00"
    assert str(row["kline_close_time_parsed"]) == "1970-01-01 01:59:59.999000"
    assert (row["symbol"], row["open_price"], row["number_of_trades"]) == ("BTCUSDT", 5, 7)
    assert names[1:7] == [
        "open_price",
        "high_price",
        "low_price",
        "close_price",
        "volume",
        "quote_asset_volume",
    ]


def test_migrating_again_changes_nothing(server: StoreSettings) -> None:
    assert migrate(server) == []


_ROWS_OF_THE_FIRST_VERSION = (
    "INSERT INTO symbols (symbol_id, exchange, symbol, base_asset, quote_asset, status)"
    " VALUES (1, 'binance', 'BTCUSDT', 'BTC', 'USDT', 'TRADING')",
    "INSERT INTO series (series_id, symbol_id, interval_name) VALUES (1, 1, '1h')",
    "INSERT INTO klines VALUES (1, 3600000, 5, 5, 5, 5, 1, 7199999, 5, 1, 1, 5, 'rest', 'confirmed')",
)


def test_the_previous_version_is_brought_up_to_date_without_loss(
    server: StoreSettings, root_password: str, tmp_path: Path
) -> None:
    scratch = server.model_copy(update={"name": "opa_previous"})
    _begin(scratch, root_password, tmp_path, "0001_market")
    with Database(scratch, "ingest").transaction() as cursor:
        for statement in _ROWS_OF_THE_FIRST_VERSION:
            cursor.execute(statement)
    later = sorted(path.stem for path in MIGRATIONS.glob("*.sql") if "rollback" not in path.name)[1:]
    assert migrate(scratch) == later
    series = Series.of("binance", "BTCUSDT", "1h")
    store = MySQLKlineStore(Database(scratch, "ingest"))
    assert prices(store.read(series, 0, 1 << 45)) == {1: "5"}
    assert store.series()[0].info == SymbolInfo("binance", "BTCUSDT", "BTC", "USDT", "TRADING")
    with Database(scratch, "model").transaction() as cursor:
        cursor.execute("SELECT COUNT(*) FROM decisions")
        assert cursor.fetchone() == (0,)


def test_a_training_killed_before_the_update_holds_no_other_up(
    server: StoreSettings, root_password: str, tmp_path: Path
) -> None:
    scratch = server.model_copy(update={"name": "opa_killed"})
    _begin(scratch, root_password, tmp_path, "0014_listed_decisions")
    killed = "INSERT INTO jobs VALUES (%s, 'train', 'binance/BTCUSDT/1h', 'running', 0.5, 'fold 3', 1, NULL)"
    with Database(scratch, "model").transaction() as cursor:
        cursor.execute(killed, ("a" * 32,))
    assert migrate(scratch)[0] == "0015_jobs_told"
    job = Job("b" * 32, "train", "binance/BTCUSDT/1h", "queued", 0.0, "", 2, None)
    assert MySQLDecisionStore(Database(scratch, "model")).begin_job(job, 3_600.0) == job


def _begin(scratch: StoreSettings, root_password: str, folder: Path, newest: str) -> None:
    """A house whose newest migration is an older one."""
    for path in MIGRATIONS.glob("*.sql"):
        if path.name.partition(".")[0] <= newest:
            copy(path, folder)
    root = RootSettings(host=scratch.host, port=scratch.port, root_password=SecretStr(root_password))
    create_users(root, scratch)
    assert newest in migrate(scratch, folder)


def test_a_house_of_an_older_version_works_without_the_heartbeat_and_gets_it_later(
    server: StoreSettings, root_password: str
) -> None:
    scratch = server.model_copy(update={"name": "opa_without_heartbeat", "heartbeat_password": None})
    root = RootSettings(host=server.host, port=server.port, root_password=SecretStr(root_password))
    create_users(root, scratch)
    assert "0012_heartbeats" in migrate(scratch)
    with pytest.raises(InvalidInput, match="OPA_DB_HEARTBEAT_PASSWORD is missing"):
        Database(scratch, "heartbeat")
    later = scratch.model_copy(update={"heartbeat_password": server.heartbeat_password})
    with pytest.raises(StoreRefused), Database(later, "heartbeat").transaction() as cursor:
        cursor.execute("SELECT COUNT(*) FROM heartbeats")
    create_users(root, later)
    assert migrate(later) == []
    beat = Heartbeat(Process("console-1", "simulated", ServiceName.CONSOLE, "0.1.0", 1, 1), 1, 0)
    MySQLHeartbeatStore(Database(later, "heartbeat")).write(beat)
    assert [each.beat for each in MySQLHeartbeatStore(Database(later, "reader")).last()] == [beat]


@pytest.mark.parametrize("job", ["users", "migrate"])
def test_a_missing_password_is_named(job: str, tmp_path: Path) -> None:
    environment = {name: value for name, value in environ.items() if not name.startswith("OPA_DB_")}
    done = run(
        [executable, "-m", "market.store", job],
        cwd=tmp_path,
        env=environment | {"PYTHONPATH": str(Path(__file__).parents[3])},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2
    assert "OPA_DB_INGEST_PASSWORD" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_wrong_root_password_is_refused_in_words(server: StoreSettings) -> None:
    root = RootSettings(host=server.host, port=server.port, root_password=SecretStr("wrong"))
    with pytest.raises(StoreRefused, match="check the OPA_DB_"):
        create_users(root, server)
