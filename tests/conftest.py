"""Real servers for the tests: one set per worker, free ports, private folders, started on first use."""

from __future__ import annotations

import tempfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

import market  # noqa: F401  (first: see market/__init__.py)
from market.store.settings import StoreSettings
from tests.servers import ROOT_PASSWORD, Elastic, TestDatabase, running_elastic
from up.mariadb import mysql_8_home

REPOSITORY = Path(__file__).parent.parent
CACHE = REPOSITORY / ".run" / "cache"
RECORDED = REPOSITORY.parent / "shared" / "data"
pytest_plugins = ["tests.simulator_fixture"] if (REPOSITORY / "tests/simulator_fixture.py").exists() else []

# How long an example takes says how busy the machine is.
settings.register_profile("shared machine", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("shared machine")


@pytest.fixture(scope="session")
def server_folder() -> Iterator[Path]:
    """A folder that the servers' own account may enter; pytest's `tmp_path` is closed to it."""
    with tempfile.TemporaryDirectory(prefix="opa-", ignore_cleanup_errors=True) as folder:
        Path(folder).chmod(0o755)
        yield Path(folder)


@pytest.fixture(scope="session")
def root_password() -> str:
    """Root's password on every test database."""
    return ROOT_PASSWORD


@pytest.fixture(scope="session")
def mariadb_server(server_folder: Path) -> Iterator[TestDatabase]:
    """A running MariaDB with users and migrations."""
    with TestDatabase.running(server_folder / "mariadb") as server:
        yield server


@pytest.fixture(scope="session")
def mariadb(mariadb_server: TestDatabase) -> StoreSettings:
    """MariaDB, migrated; keeps what a test writes (use `database` for an empty one per test)."""
    return mariadb_server.settings


@pytest.fixture
def database(mariadb_server: TestDatabase) -> StoreSettings:
    """MariaDB, migrated, every table as the migrations left it."""
    mariadb_server.empty()
    return mariadb_server.settings


@pytest.fixture(scope="session")
def mysql8_server(server_folder: Path) -> Iterator[TestDatabase]:
    """A running MySQL 8.0.15 with users and migrations."""
    with TestDatabase.running(server_folder / "mysql8", mysql_8_home(CACHE)) as server:
        yield server


@pytest.fixture
def mysql8(mysql8_server: TestDatabase) -> StoreSettings:
    """MySQL 8.0.15, migrated, every table as the migrations left it."""
    mysql8_server.empty()
    return mysql8_server.settings


@pytest.fixture(scope="session")
def elastic(server_folder: Path) -> Iterator[Elastic]:
    """A running Elasticsearch with TLS and the product's two users."""
    with running_elastic(server_folder / "elastic", CACHE) as server:
        yield server


@pytest.fixture(scope="session")
def recorded() -> Path:
    """The folder of recorded market data beside the project; skips where it is absent."""
    if not (RECORDED / "klines" / "manifest.json").exists():
        pytest.skip("needs the recorded market data in ../shared/data")
    return RECORDED


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """A test that is marked `recorded` skips even when it forgets to ask for the fixture."""
    if (RECORDED / "klines" / "manifest.json").exists():
        return
    for item in items:
        if item.get_closest_marker("recorded"):
            item.add_marker(pytest.mark.skip(reason="needs the recorded market data in ../shared/data"))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Count and name what was skipped: a skipped test must never look like a passed one."""
    skipped = terminalreporter.stats.get("skipped", [])
    reasons = Counter(str(report.longrepr[2]).removeprefix("Skipped: ") for report in skipped)
    terminalreporter.write_sep("-", f"skipped: {len(skipped)}")
    for reason, count in sorted(reasons.items()):
        terminalreporter.write_line(f"{count} because: {reason}")
    for report in skipped:
        terminalreporter.write_line(f"  {report.nodeid}")
