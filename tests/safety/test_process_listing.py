"""Whoever lists the machine's processes sees no password: they travel in files and private environments."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from market.store.settings import StoreSettings
from tests.servers import ROOT_PASSWORD
from tests.web.waiting import until
from up import services
from up.compose import Compose
from up.environment import GENERATED, EnvFile, child_environment
from up.native import Native
from up.places import Places

MODES = {"native": Native, "compose": Compose}


@pytest.fixture
def places(tmp_path: Path) -> Places:
    found = Places(tmp_path)
    found.make()
    return found


@pytest.fixture
def env(places: Places) -> EnvFile:
    found = EnvFile(places.env_file)
    found.complete(
        {"OPA_SOURCE": "simulated", "OPA_NOTIFY_URLS": "json://someone:a-word-of-theirs@127.0.0.1/"}
    )
    return found


def secrets_of(env: EnvFile) -> list[str]:
    return [env.get(name) for name in (*GENERATED, "OPA_NOTIFY_URLS")] + ["a-word-of-theirs"]


@pytest.mark.parametrize("mode", MODES)
def test_no_command_line_of_either_mode_has_a_secret(mode, places, env):
    house = MODES[mode](places, env)
    commands = [
        house.dump_command(),
        house.load_command(),
        house.models_out_command(),
        house.models_in_command(),
    ]
    commands += [["python", "-m", *each.module] for each in services.ROOMS]
    if isinstance(house, Native):
        commands += [house.database().command(), house.elasticsearch().command()]
    for words in commands:
        assert not [each for each in secrets_of(env) if each in " ".join(map(str, words))], words[0]


def test_the_configuration_of_the_supervisor_has_no_secret_and_is_private(places, env):
    house = Native(places, env)
    programs = {each.name: ["python", "-m", *each.module] for each in services.ROOMS}
    programs["mariadb"], programs["elasticsearch"] = (
        house.database().command(),
        house.elasticsearch().command(),
    )
    text = house.supervision._configuration(programs, {"OPA_LOG_FORMAT": "ecs"})
    assert not [each for each in secrets_of(env) if each in text]
    assert "umask=077" in text


def test_what_setup_starts_does_not_inherit_the_settings_of_the_caller(monkeypatch):
    for name in GENERATED:
        monkeypatch.setenv(name, "a-secret-of-the-caller")
    assert "a-secret-of-the-caller" not in child_environment().values()


@pytest.mark.database
def test_while_a_client_of_the_database_runs_no_process_shows_its_password(
    mariadb: StoreSettings, places: Places, env: EnvFile
):
    env.set({"OPA_DB_PORT": str(mariadb.port), "OPA_DB_NAME": mariadb.name})
    command = [*Native(places, env).load_command(), "-e", "SELECT SLEEP(30)"]
    environment = child_environment({"MYSQL_PWD": ROOT_PASSWORD})
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as client:
        try:
            # a process that has just begun shows an empty line for an instant
            until(lambda: "SELECT SLEEP(30)" in "".join(_command_lines()))
            shown = "\n".join(_command_lines())
            assert "mariadbd" in shown
            assert ROOT_PASSWORD not in shown
            private = Path(f"/proc/{client.pid}/environ").stat()
            assert (private.st_mode & 0o777, private.st_uid) == (0o400, os.geteuid())
        finally:
            client.kill()


def test_settings_folders_and_passwords_are_the_users_own(places, env):
    assert places.env_file.stat().st_mode & 0o777 == 0o600
    for folder in (places.logs, places.certificates, places.backups):
        assert folder.stat().st_mode & 0o077 == 0
    generated = [env.get(name) for name in GENERATED]
    assert len(set(generated)) == len(generated)
    for word in generated:
        assert len(bytes.fromhex(word)) * 8 >= 160


def _command_lines() -> Iterator[str]:
    """What `ps` shows to everybody of the processes that this one has started, the servers among them."""
    for folder in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):  # ended meanwhile
            parent = folder.joinpath("stat").read_text().rpartition(")")[2].split()[1]
            if int(parent) == os.getpid():
                yield folder.joinpath("cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
