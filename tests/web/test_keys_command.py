"""`python -m web keys`: a secret is seen once, a hash is kept, a revoked key is gone."""

from __future__ import annotations

import stat
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import Result
from typer.testing import CliRunner

from tests.web.service import KEYS
from up.environment import EnvFile
from web.__main__ import cli
from web.keyring import Keyring
from web.keys import Keys, Scope

ROOT = Path(__file__).parents[2]


def keys(*words: str) -> Result:
    return CliRunner().invoke(cli, ["keys", *words])


@pytest.fixture
def house(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> EnvFile:
    monkeypatch.chdir(tmp_path)
    env = EnvFile(tmp_path / ".env")
    env.complete({})
    return env


def held(house: EnvFile) -> dict[str, Scope]:
    return {key.name: key.scope for key in Keyring(house.path).held()}


def test_a_new_key_is_shown_once_and_only_its_hash_is_kept(house: EnvFile) -> None:
    done = keys("new", "--name", "notebook", "--scope", "read", "--env-file", ".env")
    assert done.exit_code == 0, done.stderr
    secret = done.stdout.splitlines()[0].rpartition(" ")[2]
    assert held(house) == {"owner": Scope.OPERATE, "page": Scope.READ, "notebook": Scope.READ}
    text = house.path.read_text()
    assert secret not in text
    found = Keys.parse(EnvFile(house.path).get("OPA_API_KEYS")).find(secret)
    assert found
    assert found.name == "notebook"
    assert stat.S_IMODE(house.path.stat().st_mode) == 0o600


def test_without_a_file_the_entry_is_shown_instead() -> None:
    done = keys("new", "--name", "phone")
    secret, entry = (line.rpartition(" ")[2] for line in done.stdout.splitlines())
    assert Keys.parse(entry).find(secret)


def test_nothing_else_in_the_file_changes(house: EnvFile) -> None:
    before = house.path.read_text().splitlines()
    Keyring(house.path).add(KEYS.held[0].of("phone", Scope.READ, "0" * 64))
    after = house.path.read_text().splitlines()
    assert [line for line in after if "OPA_API_KEYS" not in line] == [
        line for line in before if "OPA_API_KEYS" not in line
    ]


def test_the_list_names_everybody_and_shows_no_secret(house: EnvFile) -> None:
    done = keys("list")
    assert [line.split()[:2] for line in done.stdout.splitlines()] == [["owner", "operate"], ["page", "read"]]
    assert house.get("OPA_API_KEY") not in done.stdout


def test_a_revoked_key_of_the_house_is_made_anew_by_the_next_start(house: EnvFile) -> None:
    old = house.get("OPA_API_KEY")
    done = keys("revoke", "owner")
    assert done.exit_code == 0, done.stderr
    assert "OPA_API_KEY held its secret" in done.stdout
    assert held(house) == {"page": Scope.READ}
    env = EnvFile(house.path)
    env.complete({})
    listed = Keys.parse(env.get("OPA_API_KEYS"))
    assert listed.find(old) is None
    owner = listed.find(env.get("OPA_API_KEY"))
    assert owner
    assert (owner.name, owner.scope) == ("owner", Scope.OPERATE)


@pytest.mark.parametrize(
    "words",
    [
        ("new", "--name", "owner", "--env-file", ".env"),
        ("new", "--name", "Two Words"),
        ("new", "--name", "a,b:operate:x"),
        ("new", "--name", "phone", "--env-file", "elsewhere/.env"),
        ("revoke", "nobody"),
    ],
)
def test_what_cannot_be_done_is_said_in_a_sentence(house: EnvFile, words: tuple[str, ...]) -> None:
    before = house.path.read_text()
    done = keys(*words)
    assert done.exit_code == 2
    assert done.stderr
    assert "Traceback" not in done.stderr
    assert house.path.read_text() == before


def test_an_old_house_gets_the_keys_that_it_lacks_and_keeps_its_own(tmp_path: Path) -> None:
    path = tmp_path / ".env"
    path.write_text("OPA_API_KEY=the-key-of-an-older-version\n")
    env = EnvFile(path)
    env.complete({})
    listed = Keys.parse(env.get("OPA_API_KEYS"))
    assert [key.name for key in listed.held] == ["owner", "page"]
    owner, page = listed.find("the-key-of-an-older-version"), listed.find(env.get("OPA_READ_KEY"))
    assert owner == listed.held[0]
    assert page == listed.held[1]


@pytest.mark.parametrize(
    ("room", "listed"), [("api_historic", "owner:operate:no-hash"), ("model_service", "")]
)
def test_without_a_valid_entry_an_api_does_not_start_and_says_what_to_do(
    tmp_path: Path, room: str, listed: str
) -> None:
    passwords = {f"OPA_DB_{user}_PASSWORD": "none" for user in ("INGEST", "MODEL", "READER", "MIGRATOR")}
    done = subprocess.run(
        [sys.executable, "-m", room, "serve"],
        cwd=tmp_path, env={"PYTHONPATH": str(ROOT), "OPA_API_KEYS": listed, **passwords},
        capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip
    assert done.returncode == 2
    assert "OPA_API_KEYS" in done.stderr
    assert "Traceback" not in done.stderr
    assert listed not in done.stderr or not listed
