"""Training never blocks serving, and a crash in training leaves the champion serving: the real processes."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import httpx
import pytest

from market.store import Database, MySQLDecisionStore, StoreSettings
from model_service.jobs import DONE, FAILED, QUEUED, RUNNING, SKIPPED, STOPPED, new_job
from model_service.trained import TrainedModel
from model_service.watched_training import WatchedTraining
from tests.model_service.api.stocked import DECIDED, KEY, MODEL_ID, NAMES, SERIES, on_database
from tests.model_service.made import memory_shop
from up import ports
from web.keys import Keys

ROOT = Path(__file__).parents[3]
WAIT_S = 120
ROUNDS = 20
# A training with a helper that tells both their numbers and then works for ever.
HELPED = """
import os, socket, subprocess, sys
helper = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
told = socket.create_connection(("127.0.0.1", {port}))
told.sendall(f"{{os.getpid()}} {{helper.pid}}\\n".encode())
helper.wait()
"""


@pytest.fixture
def service(database: StoreSettings, tmp_path: Path, model: TrainedModel) -> Iterator[Service]:
    on_database(tmp_path / "models", model, database)
    users = ("ingest", "model", "reader", "migrator")
    port = ports.free_port()
    settings = {f"OPA_DB_{user.upper()}_PASSWORD": database.password(user) for user in users} | {
        "OPA_DB_PORT": str(database.port),
        "OPA_API_KEYS": str(Keys.only(KEY).held[0]),
        "OPA_MODEL_PORT": str(port),
        "OPA_MODELS_DIR": str(tmp_path / "models"),
        "OPA_RATE_LIMIT": "100000/second",
    }
    environment = {name: value for name, value in os.environ.items() if not name.startswith("OPA_")}
    command = [sys.executable, "-m", "model_service", "serve"]
    with subprocess.Popen(
        command, cwd=tmp_path, env=environment | {"PYTHONPATH": str(ROOT), **settings}
    ) as process:
        with httpx.Client(
            base_url=f"http://127.0.0.1:{port}", headers={"X-API-Key": KEY}, timeout=WAIT_S
        ) as client:
            made = Service(process, client)
            eventually(made.answers, "the service did not start")
            yield made
        for training in made.trainings():
            os.kill(training, signal.SIGKILL)
        process.terminate()
        assert process.wait(WAIT_S) == 0


class Service:
    """A model service in a process of its own."""

    def __init__(self, process: subprocess.Popen[bytes], client: httpx.Client) -> None:
        self._process = process
        self.client = client

    def answers(self) -> bool:
        assert self._process.poll() is None
        try:
            return self.client.get("/ready").is_success
        except httpx.TransportError:
            return False

    def trainings(self) -> list[int]:
        """The processes that the service has started and not lost."""
        return children(self._process.pid)

    def train(self) -> str:
        """Order a training; its job."""
        answer = self.client.post("/v1/models/train", json={**NAMES, "force": True})
        assert answer.status_code == 202, answer.text
        return str(answer.json()["job_id"])

    def end(self) -> None:
        """Tell it to end, and wait until it has."""
        self._process.terminate()
        assert self._process.wait(WAIT_S) == 0

    def job(self, job_id: str) -> dict[str, Any]:
        found: dict[str, Any] = self.client.get(f"/v1/jobs/{job_id}").json()
        return found

    def until(self, job_id: str, states: Sequence[str]) -> dict[str, Any]:
        """The job once it is in one of the states."""
        eventually(lambda: self.job(job_id)["state"] in states, f"the job never is {states}")
        return self.job(job_id)

    def said(self) -> list[Any]:
        """What it answers about decisions, a prediction and itself."""
        answers = [
            self.client.get("/v1/decisions", params=NAMES),
            self.client.post("/v1/predict", json=NAMES),
            self.client.get("/ready"),
        ]
        assert [each.status_code for each in answers] == [200, 200, 200]
        said = [each.json() for each in answers]
        del said[1]["decided_at"]
        return said


@pytest.mark.database
def test_training_never_blocks_serving_and_its_crash_leaves_the_champion_serving(service: Service) -> None:
    before = service.said()
    assert len(before[0]["decisions"]) == DECIDED
    job = service.train()
    service.until(job, [RUNNING, FAILED])
    for _ in range(ROUNDS):
        assert service.said() == before
    assert service.client.post("/v1/models/train", json=NAMES).status_code == 409
    assert service.job(job)["state"] == RUNNING, "the rounds outlasted the training: they tell nothing"
    everybody = [*service.trainings(), *children(parent(service))]
    os.kill(helper(service), signal.SIGKILL)
    ended = service.until(job, [FAILED, DONE])
    assert ended["state"] == FAILED
    assert "killed" in ended["message"]
    until_gone(everybody)
    assert service.said() == before
    assert service.job(service.train())["state"] == QUEUED
    assert service.said() == before


def test_a_training_that_is_killed_takes_its_helpers_along_and_closes_its_job(tmp_path: Path) -> None:
    shop = memory_shop(tmp_path, SERIES)
    job = new_job(SERIES, 1)
    shop.decisions.save_job(job)
    with socket.create_server(("127.0.0.1", 0)) as door:
        door.settimeout(WAIT_S)
        source = HELPED.format(port=door.getsockname()[1])
        WatchedTraining(shop.decisions, lambda _: shop.clock, [sys.executable, "-c", source]).start(
            [job], True
        )
        heard, _ = door.accept()
        with heard, heard.makefile() as lines:
            training, its_helper = map(int, lines.readline().split())
            os.kill(training, signal.SIGKILL)
            until_gone([training, its_helper])
    eventually(lambda: shop.decisions.jobs()[0].state == FAILED, "the job of a killed training goes on")
    assert "killed by signal 9; the model in use goes on" in shop.decisions.jobs()[0].message


@pytest.mark.database
def test_a_training_ends_at_a_safe_point_when_the_service_is_told_to_end(
    service: Service, database: StoreSettings
) -> None:
    job = service.train()
    eventually(lambda: service.job(job)["progress"] > 0, "the training does not begin")
    everybody = [*service.trainings(), *children(parent(service))]
    service.end()
    until_gone(everybody)
    store = MySQLDecisionStore(Database(database, "model"))
    ended = store.job(job)
    assert ended is not None
    assert (ended.state, ended.message) == (SKIPPED, STOPPED)
    assert 0 < ended.progress < 1
    assert [each.model_id for each in store.models(active_only=True)] == [MODEL_ID]


def test_a_training_that_does_not_listen_is_killed_with_the_service_and_its_job_tells(tmp_path: Path) -> None:
    shop = memory_shop(tmp_path, SERIES)
    job = new_job(SERIES, 1)
    shop.decisions.save_job(job)
    deaf = "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN);" + HELPED
    with socket.create_server(("127.0.0.1", 0)) as door:
        door.settimeout(WAIT_S)
        command = [sys.executable, "-c", deaf.format(port=door.getsockname()[1])]
        training = WatchedTraining(shop.decisions, lambda _: shop.clock, command, end_s=0.1)
        training.start([job], True)
        heard, _ = door.accept()
        with heard, heard.makefile() as lines:
            processes = list(map(int, lines.readline().split()))
            training.close()
            until_gone(processes)
    (ended,) = shop.decisions.jobs()
    assert (ended.state, "together with the model API" in ended.message) == (FAILED, True)


def parent(service: Service) -> int:
    return service.trainings()[0]


def helper(service: Service) -> int:
    """The process that computes."""
    return next(pid for pid in children(parent(service)) if "spawn_main" in words(pid))


def children(pid: int) -> list[int]:
    found = []
    for status in Path("/proc").glob("[0-9]*/stat"):
        try:
            state, owner = status.read_text().rpartition(")")[2].split()[:2]
        except OSError:
            continue
        if int(owner) == pid and state != "Z":
            found.append(int(status.parent.name))
    return sorted(found)


def alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def words(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/cmdline").read_text()
    except OSError:
        return ""


def until_gone(processes: Sequence[int]) -> None:
    eventually(lambda: not any(map(alive, processes)), "a part of a killed training goes on")


def eventually(holds: Callable[[], bool], otherwise: str) -> None:
    deadline = time.monotonic() + WAIT_S
    while not holds():
        assert time.monotonic() < deadline, otherwise
        time.sleep(0.05)
