"""A backup of a real database while writers write, and back into an empty one."""

from __future__ import annotations

import stat
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import mysql.connector
import pytest

from es_loader.assembly import connected, mysql_record
from es_loader.check import compare
from es_loader.everything import EVERYTHING
from es_loader.settings import LoaderSettings
from market.decision import Role
from market.errors import InvalidInput, Terminal
from market.ports import SymbolInfo
from market.store import (
    Database,
    MySQLDecisionStore,
    MySQLHealthStore,
    MySQLHeartbeatStore,
    MySQLKlineStore,
    MySQLLifecycleStore,
    MySQLTickStore,
    StoreSettings,
)
from market.store.migrate import migrate
from market.store.rights import create_users
from market.store.settings import RootSettings
from tests.es_loader.conftest import maintainer, settings  # noqa: F401  (fixtures)
from tests.es_loader.world import SERIES, START, World
from tests.servers import ROOT_PASSWORD
from tests.up.stock import files, tables
from up import archive
from up.backup import adopt_settings, backup, refuse_other_market, restore
from up.environment import EnvFile
from up.native import Native
from up.places import Places

pytestmark = pytest.mark.database
RESTORED = "opa_restored"


def stored_world(into: StoreSettings) -> World:
    """The loader's small market, in a real database."""
    world, market, model = World(), Database(into, "ingest"), Database(into, "model")
    world.klines, world.ticks = MySQLKlineStore(market), MySQLTickStore(market)  # type: ignore[assignment]
    world.health = MySQLHealthStore(market)  # type: ignore[assignment]
    world.decisions, world.lifecycle = MySQLDecisionStore(model), MySQLLifecycleStore(model)  # type: ignore[assignment]
    world.heartbeats = MySQLHeartbeatStore(Database(into, "heartbeat"))  # type: ignore[assignment]
    world.klines.register(SymbolInfo("simulated", "BTCUSDT", "BTC", "USDT", "TRADING"), SERIES.interval)
    return world


def house(root: Path, database: StoreSettings, name: str) -> tuple[Places, EnvFile, Native]:
    """A checkout whose `.env` names the database of the tests."""
    places = Places(root)
    places.make()
    env = EnvFile(places.env_file)
    env.complete(
        {
            "OPA_DB_PORT": str(database.port),
            "OPA_DB_NAME": name,
            "OPA_DB_ROOT_PASSWORD": ROOT_PASSWORD,
            "OPA_SOURCE": "simulated",
        }
    )
    return places, env, Native(places, env)


@contextmanager
def empty_database(of: StoreSettings, name: str) -> Iterator[StoreSettings]:
    """A database without a table on the same server, and our users in it."""
    root = RootSettings.model_validate({"port": of.port, "root_password": ROOT_PASSWORD})
    other = of.model_copy(update={"name": name})
    create_users(root, other)
    try:
        yield other
    finally:
        with mysql.connector.connect(**root.arguments()) as connection, connection.cursor() as cursor:
            cursor.execute(f"DROP DATABASE `{name}`")


@contextmanager
def writing(world: World) -> Iterator[list[int]]:
    """Ticks arrive and a job reports all the time; counts the turns."""
    stopped, turns = threading.Event(), [0]

    def write() -> None:
        while not stopped.is_set():
            turns[0] += 1
            world.sample(*(START + (1000 + 10 * turns[0] + i) * 1000 for i in range(10)))
            world.work("running", turns[0] / 1e9)

    thread = threading.Thread(target=write)
    thread.start()
    try:
        yield turns
    finally:
        stopped.set()
        thread.join(60)


@pytest.fixture
def filled(database: StoreSettings, tmp_path: Path) -> tuple[Places, EnvFile, Native]:
    """A house with a day of everything and two files of a model."""
    stored_world(database).live_a_day()
    made = house(tmp_path / "house", database, database.name)
    model = made[0].run / "models" / "model-1"
    model.mkdir(parents=True)
    (model / "model.txt").write_bytes(bytes(range(256)) * 40)
    (model / "manifest.json").write_text("{}")
    return made


def test_a_restore_into_an_empty_database_equals_the_original(
    filled: tuple[Places, EnvFile, Native], database: StoreSettings, tmp_path: Path
) -> None:
    file = backup(*filled, None)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert [each.name for each in file.parent.iterdir()] == [file.name]
    before = tables(database)
    assert all(before[name][0] for name in ("klines", "ticks", "decisions", "outcomes", "models", "jobs"))
    with empty_database(database, RESTORED) as restored:
        places, env, native = house(tmp_path / "other", database, RESTORED)
        restore(file, places, env, native)
        migrate(restored)
        assert tables(restored) == before
        assert files(places.run / "models") == files(filled[0].run / "models") != {}
        for role in Role:
            assert MySQLDecisionStore(Database(restored, "reader")).verify(SERIES, role) == []


@pytest.mark.elastic
def test_elasticsearch_is_rebuilt_from_a_restored_record_alone(
    filled: tuple[Places, EnvFile, Native],
    database: StoreSettings,
    tmp_path: Path,
    settings: LoaderSettings,  # noqa: F811
    maintainer: object,  # noqa: F811  (empties the server)
) -> None:
    file = backup(*filled, tmp_path / "kept" / "a.tar.gz")
    with empty_database(database, RESTORED) as restored:
        restore(file, *house(tmp_path / "other", database, RESTORED))
        migrate(restored)
        loader = connected(settings, mysql_record(Database(restored, "reader")))
        with loader.writer, loader.maintainer:
            loader.bootstrap()
            assert sum(loader.rebuild().run(list(EVERYTHING)).values()) > 200
            found = compare(loader.record, loader.writer)
        assert found.differences == []
        assert found.counts["decisions"] == 36


def test_a_backup_taken_while_writers_write_holds_one_moment(
    filled: tuple[Places, EnvFile, Native], database: StoreSettings, tmp_path: Path
) -> None:
    with writing(stored_world(database)) as turns:
        file = backup(*filled, None)
        at_the_end = turns[0]
    assert at_the_end > 1
    with empty_database(database, RESTORED) as restored:
        restore(file, *house(tmp_path / "other", database, RESTORED))
        migrate(restored)
        with Database(restored, "reader").transaction() as cursor:
            cursor.execute("SELECT (SELECT seq FROM change_counter), MAX(seq), COUNT(*) FROM change_log")
            counter, newest, lines = cursor.fetchone()
            cursor.execute("SELECT COUNT(*) FROM change_log WHERE stream = 'ticks'")
            (samples,) = cursor.fetchone()
            cursor.execute("SELECT COUNT(*) FROM ticks")
            (ticks,) = cursor.fetchone()
    assert counter == newest == lines
    assert ticks == 120 + 10 * (samples - 1)


def test_nothing_is_written_over(filled: tuple[Places, EnvFile, Native], tmp_path: Path) -> None:
    there = tmp_path / "mine.tar.gz"
    there.write_text("precious")
    with pytest.raises(InvalidInput, match="is there already"):
        backup(*filled, there)
    assert there.read_text() == "precious"


def test_a_backup_that_fails_leaves_nothing_behind(
    filled: tuple[Places, EnvFile, Native], tmp_path: Path
) -> None:
    places, env, native = filled
    env.set({"OPA_DB_ROOT_PASSWORD": "not-the-password"})
    with pytest.raises(Terminal, match=r"mariadb-dump failed.*Access denied"):
        backup(places, env, native, tmp_path / "kept" / "a.tar.gz")
    assert list((tmp_path / "kept").iterdir()) == []
    assert not list(places.run.glob("tmp*"))


def test_another_market_is_refused_and_a_fresh_checkout_takes_the_settings(
    filled: tuple[Places, EnvFile, Native], tmp_path: Path
) -> None:
    file = backup(*filled, None)
    filled[1].set({"OPA_SOURCE": "binance"})
    with pytest.raises(Terminal, match=r"holds OPA_SOURCE=simulated, \.env says binance"):
        refuse_other_market(file, filled[1])
    fresh = Places(tmp_path / "fresh")
    fresh.root.mkdir()
    adopt_settings(file, fresh)
    assert fresh.env_file.read_text() == archive.settings(file)
    assert stat.S_IMODE(fresh.env_file.stat().st_mode) == 0o600
