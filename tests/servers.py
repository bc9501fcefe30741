"""What the server fixtures start; the starters are those of `sh setup.sh`."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, get_args

import mysql.connector

from market.store.settings import DatabaseUser, StoreSettings
from tests.elastic_builds import chosen_build
from up import ports, processes
from up.elasticsearch import ElasticsearchServer, elasticsearch_home
from up.mariadb import DatabaseServer

ROOT_PASSWORD = "root-of-the-tests"
_MIGRATION_TABLES = ("yoyo", "_yoyo")


@dataclass(frozen=True)
class Elastic:
    """How to reach the Elasticsearch of the tests."""

    url: str
    ca: str
    writer_user: str
    writer_password: str
    maintainer_user: str
    maintainer_password: str
    notifier_user: str
    notifier_password: str
    server: ElasticsearchServer
    process: subprocess.Popen[bytes]


@dataclass
class TestDatabase:
    """A running server; `seeds` are the rows that the migrations left, by table."""

    __test__ = False
    settings: StoreSettings
    server: DatabaseServer
    process: subprocess.Popen[bytes]
    seeds: dict[str, list[tuple[Any, ...]]] = field(default_factory=dict)

    @classmethod
    @contextmanager
    def running(cls, folder: Path, mysql_home: Path | None = None) -> Iterator[TestDatabase]:
        """Start, create users, migrate; stop at the end."""
        server = DatabaseServer(folder, ports.free_port(), ROOT_PASSWORD, mysql_home=mysql_home)
        server.prepare()
        database = cls(_settings(server.port), server, processes.start(server.command(), server.log))
        try:
            server.wait(database.process.pid)
            _prepare_store(database.settings)
            database.remember_seeds()
            yield database
        finally:
            processes.stop(database.process)

    def disconnect(self, connection_id: int) -> None:
        """End somebody's connection, as a server does that has to."""
        with self._root() as cursor:
            cursor.execute(f"KILL {connection_id}")

    def kill(self) -> None:
        """End the server as a power cut would, without a word to anybody."""
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait(30)

    def start_again(self) -> None:
        """The same data on the same port; returns once the port answers."""
        self.process = processes.start(self.server.command(), self.server.log)
        self.server.wait(self.process.pid)

    def remember_seeds(self) -> None:
        """Read what the migrations left in the tables."""
        with self._root() as cursor:
            for table in _tables(cursor):
                cursor.execute(f"SELECT * FROM `{table}`")
                self.seeds[table] = cursor.fetchall()

    def checksums(self) -> dict[str, int]:
        """Of every table, by name."""
        with self._root() as cursor:
            tables = _tables(cursor)
            cursor.execute("CHECKSUM TABLE " + ", ".join(f"`{table}`" for table in tables))
            return {name.rpartition(".")[2]: checksum for name, checksum in cursor.fetchall()}

    def empty(self) -> None:
        """Bring every table back to what the migrations left."""
        with self._root() as cursor:
            cursor.execute("SET SESSION foreign_key_checks = 0")
            for table in _tables(cursor):
                cursor.execute(f"SELECT * FROM `{table}` LIMIT 1")
                if cursor.fetchall():
                    cursor.execute(f"TRUNCATE TABLE `{table}`")
                for row in self.seeds.get(table, []):
                    cursor.execute(f"INSERT INTO `{table}` VALUES ({', '.join(['%s'] * len(row))})", row)

    @contextmanager
    def _root(self) -> Iterator[Any]:
        connection = mysql.connector.connect(
            host=self.settings.host,
            port=self.settings.port,
            user="root",
            password=ROOT_PASSWORD,
            database=self.settings.name,
            autocommit=True,
        )
        with connection, connection.cursor() as cursor:
            yield cursor


@contextmanager
def running_elastic(folder: Path, cache: Path) -> Iterator[Elastic]:
    """Start Elasticsearch; stop it at the end."""
    server = ElasticsearchServer(
        folder,
        elasticsearch_home(cache, chosen_build()),
        ports.free_port(2),
        "writer-of-the-tests",
        "maintainer-of-the-tests",
        "notifier-of-the-tests",
        "logs-of-the-tests",
    )
    certificates = folder.with_name("certificates")
    server.prepare(certificates)
    process = processes.start(server.command(), server.log)
    try:
        server.wait(process.pid)
        yield Elastic(
            url=server.url,
            ca=str(certificates / "ca.crt"),
            writer_user="opa_writer",
            writer_password=server.writer_password,
            maintainer_user="opa_maintainer",
            maintainer_password=server.maintainer_password,
            notifier_user="opa_notifier",
            notifier_password=server.notifier_password,
            server=server,
            process=process,
        )
    finally:
        processes.stop(process)


def _settings(port: int) -> StoreSettings:
    words = {f"{user}_password": f"{user}-of-the-tests" for user in get_args(DatabaseUser)}
    return StoreSettings.model_validate({"port": port, "name": "opa", **words})


def _prepare_store(settings: StoreSettings) -> None:
    environment = {
        **os.environ,
        "OPA_DB_HOST": settings.host,
        "OPA_DB_PORT": str(settings.port),
        "OPA_DB_NAME": settings.name,
        "OPA_DB_ROOT_PASSWORD": ROOT_PASSWORD,
        **{f"OPA_DB_{user.upper()}_PASSWORD": settings.password(user) for user in settings.users},
    }
    for job in ("users", "migrate"):
        done = subprocess.run(
            [sys.executable, "-m", "market.store", job],
            env=environment,
            cwd=Path(__file__).parent.parent,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, f"market.store {job}: {done.stdout}{done.stderr}"


def _tables(cursor: Any) -> list[str]:
    cursor.execute("SHOW FULL TABLES WHERE Table_type = 'BASE TABLE'")
    return [name for name, _ in cursor.fetchall() if not name.startswith(_MIGRATION_TABLES)]
