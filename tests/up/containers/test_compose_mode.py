from __future__ import annotations

import json
import os
import shutil
import signal
import stat
import subprocess
import tarfile
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

import pytest

from tests.up.containers.checkout import DAYS, Checkout
from tests.up.containers.engine import Engine
from up.services import ROOMS

pytestmark = [pytest.mark.containers, pytest.mark.timeout(1800)]
MODELS = 2  # a champion and a challenger
ROOM_NAMES = {room.name for room in ROOMS}
SERVERS = {"mysql", "elasticsearch", "kibana"}


def ask(url: str, key: str = "") -> tuple[int, str]:
    request = urllib.request.Request(url, headers={"X-API-Key": key} if key else {})
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()


def containers(engine: Engine) -> dict[str, dict[str, Any]]:
    listed = engine.docker("container", "ls", "--all", "--quiet").split()
    found = json.loads(engine.docker("inspect", *listed)) if listed else []
    return {each["Config"]["Labels"]["com.docker.compose.service"]: each for each in found}


def why_it_ended(engine: Engine, container: str) -> str:
    """The exit codes of a container that was started again, whether memory was short, its last lines."""
    span = ("--since", "1h", "--until", str(int(time.time())))
    ended = engine.docker(
        "events",
        *span,
        "--filter",
        f"container={container}",
        "--filter",
        "event=die",
        "--filter",
        "event=oom",
    )
    return ended + "\n" + engine.docker("logs", "--tail", "40", container, stderr=subprocess.STDOUT)


def wait_for_every_document(checkout: Checkout) -> None:
    deadline = time.monotonic() + 60
    while (rows := checkout.rows()) != (documents := checkout.documents()):
        assert time.monotonic() < deadline, f"{rows} in MySQL, {documents} in Elasticsearch"
        time.sleep(1)


def test_every_service_runs_in_a_container_of_its_own_and_is_healthy(
    engine: Engine, checkout: Checkout
) -> None:
    found = containers(engine)
    assert set(found) == ROOM_NAMES | SERVERS | {"setup"}
    assert found.pop("setup")["State"]["ExitCode"] == 0
    states = {name: each["State"] for name, each in found.items()}
    assert {name: state["Status"] for name, state in states.items()} == dict.fromkeys(found, "running")
    assert {name: states[name]["Health"]["Status"] for name in SERVERS} == dict.fromkeys(SERVERS, "healthy")
    again = [each for each in found.values() if each["RestartCount"]]
    assert not again, [why_it_ended(engine, each["Id"]) for each in again]


def test_every_row_of_mysql_is_a_document_of_elasticsearch(checkout: Checkout) -> None:
    wait_for_every_document(checkout)
    rows = checkout.rows()
    assert DAYS * 24 - 48 <= rows["klines"] <= DAYS * 24 + 48
    assert rows["models"] == MODELS
    assert rows["decisions"] > 1000


def test_both_apis_and_the_page_answer(checkout: Checkout) -> None:
    env = checkout.env
    key = env.get("OPA_API_KEY")
    historic, model, console = (
        f"http://127.0.0.1:{env.get(f'OPA_{name}_PORT')}" for name in ("HISTORIC", "MODEL", "CONSOLE")
    )
    candles = "v1/klines?symbol=BTCUSDT&interval=1h&limit=3"
    assert ask(f"{historic}/{candles}")[0] == 401
    status, body = ask(f"{historic}/{candles}", key)
    assert (status, len(json.loads(body)["klines"])) == (200, 3)
    assert ask(f"{model}/v1/decisions/latest", key)[0] == 200
    assert ask(f"{console}/")[0] == 200
    assert ask(f"{console}/api/historic/{candles}")[0] == 200


def test_every_door_is_on_loopback_only(engine: Engine, checkout: Checkout) -> None:
    published = {
        name: {binding["HostIp"] for bindings in ports.values() for binding in bindings or []}
        for name, each in containers(engine).items()
        if (ports := each["NetworkSettings"]["Ports"])
    }
    doors = {room.name for room in ROOMS if room.port} | SERVERS | {"ingest"}  # its metrics
    assert {name for name, hosts in published.items() if hosts} == doors
    assert set.union(*published.values()) == {"127.0.0.1"}


def test_no_process_is_root(engine: Engine, checkout: Checkout) -> None:
    running = {name: each["Id"] for name, each in containers(engine).items() if each["State"]["Running"]}
    users = {
        name: engine.docker("top", each, "-eo", "uid,pid").split()[2::2] for name, each in running.items()
    }
    assert not [name for name, found in users.items() if not found or "0" in found], users


def test_a_room_can_write_nothing_but_its_volumes_and_nobody_has_more_rights_than_he_needs(
    engine: Engine, checkout: Checkout
) -> None:
    for name, each in containers(engine).items():
        host = each["HostConfig"]
        assert host["ReadonlyRootfs"] == (name not in SERVERS), name
        assert host["CapDrop"] == ["ALL"], name
        assert bool(host["CapAdd"]) == (name == "setup"), name
        assert host["SecurityOpt"] == ["no-new-privileges:true"], name


def test_a_room_knows_its_own_password_and_not_that_of_others(engine: Engine, checkout: Checkout) -> None:
    opens = {"ingest": "INGEST", "scorer": "MODEL", "model-api": "MODEL"}
    opens |= dict.fromkeys(("historic-api", "es-loader", "notifier"), "READER")
    kinds = ("ROOT", "MIGRATOR", "INGEST", "MODEL", "READER")
    for name, each in containers(engine).items():
        if name in ROOM_NAMES:
            given = " ".join(each["Config"]["Env"])
            known = {kind for kind in kinds if checkout.env.get(f"OPA_DB_{kind}_PASSWORD") in given}
            assert known == ({opens[name]} if name in opens else set()), name
            assert checkout.env.get("OPA_API_KEY") not in given, name


def test_rooms_with_a_door_are_found_well_there(engine: Engine, checkout: Checkout) -> None:
    deadline = time.monotonic() + 60
    while True:
        found = {
            name: each["State"]["Health"]
            for name, each in containers(engine).items()
            if name in ROOM_NAMES and "Health" in each["State"]
        }
        if all(each["Status"] == "healthy" for each in found.values()):
            break
        assert time.monotonic() < deadline, found
        time.sleep(1)
    assert set(found) == {room.name for room in ROOMS if room.port} | {"ingest"}


def test_no_secret_is_in_the_image(engine: Engine, checkout: Checkout) -> None:
    assert ".env" not in engine.docker("run", "--rm", "opa-crypto:local", "ls", "-A", "/opa").split()
    kept = engine.docker("image", "inspect", "opa-crypto:local", "--format", "{{json .Config.Env}}")
    assert not [word for word in ("PASSWORD", "KEY", "SECRET") if word in kept]


def test_status_names_every_service_and_what_the_record_holds(checkout: Checkout) -> None:
    said = checkout.setup("status")
    running = {line.split()[0] for line in said.splitlines() if line.split()[1:2] == ["running"]}
    assert running == ROOM_NAMES | SERVERS
    assert "simulated/BTCUSDT/1h" in said


def test_doctor_knows_who_holds_the_doors(checkout: Checkout) -> None:
    assert "FAIL" not in checkout.setup("doctor")


def test_logs_follow_until_they_are_interrupted(checkout: Checkout) -> None:
    following = checkout.start("logs", "elasticsearch")
    assert following.stdout
    assert "elasticsearch" in following.stdout.readline()
    os.killpg(following.pid, signal.SIGINT)
    rest, _ = following.communicate(timeout=60)
    assert following.returncode in (0, 130)  # whichever of the two processes is quicker to end
    assert "Traceback" not in rest


def test_a_second_start_adds_nothing_and_loses_nothing(engine: Engine, checkout: Checkout) -> None:
    checkout.setup("stop")
    assert containers(engine) == {}
    checkout.setup()
    wait_for_every_document(checkout)
    rows = checkout.rows()
    assert rows["models"] == MODELS
    assert DAYS * 24 - 48 <= rows["klines"] <= DAYS * 24 + 48


def test_a_backup_brings_back_record_and_models_as_another_history(
    engine: Engine, checkout: Checkout, tmp_path: Path
) -> None:
    file = tmp_path / "backup.tar.gz"
    before, epoch = checkout.rows(), checkout.epoch()
    checkout.setup("backup", str(file))
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    with tarfile.open(file) as packed:
        assert set(packed.getnames()) == {"contents.json", "record.sql", "models.tar", "env"}
    refused = checkout.start("restore", str(file))
    assert "the stores are not empty" in refused.communicate()[0]
    assert refused.returncode == 1
    checkout.setup("reset", "--yes")
    nothing_is_left(engine)
    checkout.setup("restore", str(file))
    assert checkout.rows() == before
    assert checkout.epoch() != epoch
    said = checkout.setup()
    wait_for_every_document(checkout)
    after = checkout.rows()
    assert after["models"] == MODELS, said
    assert after["klines"] >= before["klines"]


def test_uninstall_leaves_no_container_no_volume_and_no_file_of_ours(
    engine: Engine, checkout: Checkout
) -> None:
    root = checkout.places.root
    made = {root / name for name in (".run", ".venv", ".env")}
    assert all(each.exists() for each in made)
    checkout.setup("uninstall", "--yes")
    nothing_is_left(engine)
    assert not [each for each in made if each.exists()]
    shutil.rmtree(root)


def nothing_is_left(engine: Engine) -> None:
    assert engine.docker("container", "ls", "--all", "--quiet") == ""
    assert engine.docker("volume", "ls", "--quiet") == ""
    assert engine.docker("network", "ls", "--quiet", "--filter", "type=custom") == ""
