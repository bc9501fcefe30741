"""Containers: nobody is root who need not be, nothing is writable that need not be, all doors on loopback."""

import re
from pathlib import Path

import pytest
import yaml

from market.redaction import SECRET_NAMES
from up.environment import documented
from up.services import ROOMS
from web.server import GRACE_S

ROOT = Path(__file__).parents[2]
COMPOSE = yaml.safe_load((ROOT / "up" / "compose.yml").read_text(encoding="utf-8"))
SERVICES = COMPOSE["services"]
OURS = sorted({room.name for room in ROOMS} | {"job"})
DOCKERFILE = (ROOT / "up" / "Dockerfile").read_text(encoding="utf-8")
SECRET = re.compile(r"PASSWORD|SECRET|KEY|TOKEN", re.IGNORECASE)
# They lay out and read what belongs to others: certificates in volumes, the engine's log files.
ROOTS = {"setup", "filebeat"}
# Their images write to their own root file system.
WRITING = {"mysql", "elasticsearch", "kibana"}
# No door of their own: the rooms among them tell by their heartbeat, which `status` and alert rules watch.
UNASKED = {"setup", "job", "scorer", "es-loader", "notifier", "filebeat"}
# Which passwords, keys and addresses each room opens something with.
ANY_ROOM = {"OPA_DB_HEARTBEAT_PASSWORD"}
LOADING = {f"ES_{user}_{word}" for user in ("WRITER", "MAINTAINER") for word in ("PASSWORD", "API_KEY")}
INGESTING = {"OPA_DB_INGEST_PASSWORD", "OPA_BINANCE_KEY", "OPA_BINANCE_SECRET"}
NEEDS = {
    "simulator": set(),
    "ingest": ANY_ROOM | INGESTING,
    "scorer": ANY_ROOM | {"OPA_DB_MODEL_PASSWORD"},
    "model-api": ANY_ROOM | {"OPA_DB_MODEL_PASSWORD", "OPA_API_KEYS"},
    "historic-api": ANY_ROOM | {"OPA_DB_READER_PASSWORD", "OPA_API_KEYS"},
    "es-loader": ANY_ROOM | LOADING | {"OPA_DB_READER_PASSWORD", "OPA_DB_TRIMMER_PASSWORD"},
    "console": ANY_ROOM | {"OPA_READ_KEY"},
    "notifier": ANY_ROOM
    | {"OPA_DB_READER_PASSWORD", "ES_NOTIFIER_PASSWORD", "ES_NOTIFIER_API_KEY", "OPA_NOTIFY_URLS"},
    "job": INGESTING
    | LOADING
    | {f"OPA_DB_{user}_PASSWORD" for user in ("ROOT", "MIGRATOR", "MODEL", "READER", "HEARTBEAT", "TRIMMER")}
    | {"KIBANA_PASSWORD"},
}


@pytest.mark.parametrize("name", OURS)
def test_our_containers_can_change_nothing_but_their_volumes(name):
    service = SERVICES[name]
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert "cap_add" not in service
    assert "user" not in service  # that of the image
    mounted = [each.split(":") for each in service["volumes"]]
    assert [parts[0] for parts in mounted if parts[-1] != "ro"] == ["models", "state"]


@pytest.mark.parametrize("name", SERVICES)
def test_no_container_gains_rights_or_takes_the_whole_machine(name):
    service = SERVICES[name]
    assert "no-new-privileges:true" in service["security_opt"]
    assert "mem_limit" in service
    assert "pids_limit" in service
    assert not {"privileged", "pid", "ipc", "network_mode", "devices"} & set(service)
    assert "docker.sock" not in str(service.get("volumes", ""))
    assert service.get("user") != "0" or name in ROOTS


@pytest.mark.parametrize("name", SERVICES)
def test_every_container_is_stripped_of_rights_its_log_is_rotated_and_its_end_is_waited_for(name):
    service = SERVICES[name]
    assert service["cap_drop"] == ["ALL"]
    assert set(service.get("cap_add", [])) <= (
        {"CHOWN", "DAC_OVERRIDE", "FOWNER"} if name == "setup" else set()
    )
    assert (service.get("read_only") is True) == (name not in WRITING)
    assert {"max-size", "max-file"} <= set(service["logging"]["options"])
    if name != "setup":  # ends by itself
        grace = int(service["stop_grace_period"].removesuffix("s"))
        assert grace >= (2 * GRACE_S if name in OURS else 30)  # answers, then trainings and the last beat


@pytest.mark.parametrize("name", SERVICES)
def test_whoever_has_a_door_is_asked_there_whether_it_is_well(name):
    asked = SERVICES[name].get("healthcheck")
    assert bool(asked) == (name not in UNASKED)
    room = next((each for each in ROOMS if each.name == name), None)
    if room and room.port:
        assert room.port in asked["test"][3]


@pytest.mark.parametrize("name", OURS)
def test_a_room_gets_the_secrets_that_it_needs_and_no_others(name):
    """All of `.env` goes in, so every secret that is not needed has to be taken away by name."""
    given = SERVICES[name]["environment"]
    secrets = {each for each in documented() if SECRET_NAMES.fullmatch(each)}
    assert not secrets - set(given)
    assert {each for each in secrets if given[each]} == NEEDS[name]
    assert all(given[each].startswith(f"${{{each}:") for each in NEEDS[name])


@pytest.mark.parametrize("name", SERVICES)
def test_every_door_is_on_loopback(name):
    for door in SERVICES[name].get("ports", []):
        assert str(door).startswith("127.0.0.1:")


@pytest.mark.parametrize("name", SERVICES)
def test_no_secret_stands_in_the_file(name):
    for key, value in (SERVICES[name].get("environment") or {}).items():
        if SECRET.search(key):
            assert _says_nothing(str(value)), key
    words = " ".join(map(str, SERVICES[name].get("command") or []))
    assert not [each for each in re.findall(r"\$\{?(\w+)", words) if SECRET_NAMES.fullmatch(each)]


def _says_nothing(value: str) -> bool:
    """Empty, the path of a file, or a name that is looked up in `.env`."""
    return not value or value.startswith("/") or bool(re.fullmatch(r"\$\{\w+:(\?run sh setup.sh|-)\}", value))


def test_the_image_is_not_root_and_its_build_knows_no_secret():
    lines = [line.split() for line in DOCKERFILE.splitlines() if line.split()]
    assert [words[1] for words in lines if words[0] == "USER"][-1] == "opa"
    named = [word.partition("=")[0] for words in lines if words[0] in ("ARG", "ENV") for word in words[1:]]
    assert not [name for name in named if SECRET.search(name)]
    assert not [words for words in lines if words[0] == "ADD" or words[:2] == ["COPY", "."]]


def test_the_build_sees_the_rooms_and_nothing_else():
    """No `.env`, no `.run`, no `.git` can get into an image by mistake."""
    ignored = (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
    assert ignored[0] == "*"
    let_in = {line.removeprefix("!").split("/")[0] for line in ignored if line.startswith("!")}
    assert let_in <= {path.parent.name for path in ROOT.glob("*/__init__.py")}
    assert not [line for line in ignored if line.startswith("!.")]
