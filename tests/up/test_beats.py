"""`status` tells who beats, who said goodbye and who is gone without a word."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from market.documents import DOCUMENTS
from market.ports import Figures, Heartbeat, LastBeat, Process, ServiceName
from market.store import Database, MySQLHeartbeatStore, StoreSettings
from tests.servers import TestDatabase
from up import counts, ports
from up.beats import told
from up.environment import EnvFile
from up.places import Places
from up.services import ROOMS, SIMULATOR

ROOT = Path(__file__).parents[2]
WAIT_S = 60


def house(folder: Path, settings: StoreSettings) -> tuple[Places, EnvFile]:
    """A checkout whose `.env` names the database of the tests."""
    places, env = Places(folder), EnvFile(folder / ".env")
    passwords = {f"OPA_DB_{user.upper()}_PASSWORD": settings.password(user) for user in settings.users}
    env.complete({"OPA_DB_PORT": str(settings.port), "OPA_DB_NAME": settings.name, **passwords})
    env.set({"OPA_EXCHANGE": "simulated", "OPA_CONSOLE_PORT": str(ports.free_port())})
    return places, env


@contextmanager
def console(folder: Path) -> Iterator[subprocess.Popen[str]]:
    """The real command in the checkout, with nothing but its `.env`."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("OPA_", "ES_"))}
    with (folder / "console.log").open("w") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "console", "serve"],
            cwd=folder, env=clean | {"PYTHONPATH": str(ROOT)}, stdout=log, stderr=log, text=True,
        )  # fmt: skip
        try:
            yield process
        finally:
            process.kill()
            process.wait(WAIT_S)


def eventually(holds: Callable[[], bool]) -> None:
    deadline = time.monotonic() + WAIT_S
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.1)


def a_minute_later(server: TestDatabase) -> None:
    with server._root() as cursor:
        cursor.execute("UPDATE heartbeats SET recorded_at = recorded_at - INTERVAL 61 SECOND")


@pytest.mark.database
def test_a_killed_process_is_silent_and_one_that_ended_said_goodbye(
    tmp_path: Path, database: StoreSettings, mariadb_server: TestDatabase
) -> None:
    places, env = house(tmp_path, database)
    assert told(places, env) == {}
    with console(tmp_path) as process:
        eventually(lambda: "console" in told(places, env))
        assert re.fullmatch(r"beat \d+ s ago, \d+ MB", told(places, env)["console"])
        process.send_signal(signal.SIGKILL)
        process.wait(WAIT_S)
    a_minute_later(mariadb_server)
    assert re.fullmatch(r"SILENT for \d+ s", told(places, env)["console"])
    with console(tmp_path) as process:
        eventually(lambda: "beat" in told(places, env)["console"])
        process.send_signal(signal.SIGTERM)
        assert process.wait(WAIT_S) == 0
    a_minute_later(mariadb_server)
    assert re.fullmatch(r"said goodbye \d+ s ago", told(places, env)["console"])


@pytest.mark.database
def test_a_house_without_the_password_runs_and_says_once_that_it_does_not_beat(
    tmp_path: Path, database: StoreSettings
) -> None:
    places, env = house(tmp_path, database)
    env.set({"OPA_DB_HEARTBEAT_PASSWORD": ""})
    log = tmp_path / "console.log"
    with console(tmp_path) as process:
        eventually(lambda: "no heartbeat" in log.read_text())
        process.send_signal(signal.SIGTERM)
        assert process.wait(WAIT_S) == 0
    assert log.read_text().count("no heartbeat: OPA_DB_HEARTBEAT_PASSWORD is not set; `sh setup.sh`") == 1
    assert told(places, env) == {}
    EnvFile(env.path).complete({})
    assert len(EnvFile(env.path).get("OPA_DB_HEARTBEAT_PASSWORD")) == 40


def test_whoever_runs_all_the_time_has_a_heart() -> None:
    assert {room.name for room in ROOMS} - {SIMULATOR} <= set(ServiceName)


@pytest.mark.database
@pytest.mark.parametrize("server", ["database", "mysql8"])
def test_every_stream_that_is_made_from_the_record_is_counted_there(
    server: str, request: pytest.FixtureRequest
) -> None:
    settings = request.getfixturevalue(server)
    process = Process("console-1", "simulated", ServiceName.CONSOLE, "0", 1, 1)
    MySQLHeartbeatStore(Database(settings, "heartbeat")).write(Heartbeat(process, 1, 0, figures=Figures()))
    with Database(settings, "reader").transaction() as cursor:
        rows = counts.rows(cursor)
    assert set(rows) == set(DOCUMENTS) - {"anchors", "alerts"}
    assert {name for name, count in rows.items() if count} == {"heartbeats"}


def test_silence_begins_after_four_beats_that_did_not_come() -> None:
    process = Process("console-1", "simulated", ServiceName.CONSOLE, "0", 1, 1)
    assert not LastBeat(Heartbeat(process, 1, 0), 60).silent
    assert LastBeat(Heartbeat(process, 1, 0), 61).silent
    assert not LastBeat(Heartbeat(process, 1, 0, ending=True), 61).silent
