"""MariaDB is killed, or hangs, under traffic on both APIs and the console; `bench.away` does more."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import AbstractContextManager
from pathlib import Path

import pytest

from tests.e2e.chain import Chain
from tests.es_loader.world import START
from tests.faults.away import Doors, Traffic, connections, doors, faults, hanging, killed, recovered, wait_for
from tests.servers import TestDatabase
from tests.up.test_backup import stored_world

pytestmark = [pytest.mark.database, pytest.mark.timeout(240)]
AWAY_S = 4
SERIES = "exchange=simulated&symbol=BTCUSDT&interval=1h"
HISTORIC = (
    f"/v1/klines?{SERIES}&start={START}&limit=10",
    f"/v1/ticks?exchange=simulated&symbol=BTCUSDT&start={START}&limit=10",
    "/v1/symbols",
    f"/v1/coverage?{SERIES}",
)
MODEL = ("/v1/decisions?exchange=simulated&limit=10", "/v1/models", "/v1/jobs")
PATHS = {
    "historic": HISTORIC,
    "model": MODEL,
    "console": (f"/api/historic{HISTORIC[0]}", f"/api/model{MODEL[0]}"),
}
POOLS = {"opa_reader": 4, "opa_model": 4, "opa_heartbeat": 3 * 2}


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory, server_folder: Path) -> Iterator[TestDatabase]:
    with TestDatabase.running(server_folder / "away") as running:
        stored_world(running.settings).live_a_day()
        yield running


@pytest.fixture(scope="module")
def opened(server: TestDatabase, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Doors]:
    folder = tmp_path_factory.mktemp("doors")
    with doors(
        Chain(folder, server.settings, None, "http://127.0.0.1:9/api", "ws://127.0.0.1:9/")
    ) as started:
        yield started


def pulled_away(server: TestDatabase, how: str) -> AbstractContextManager[None]:
    return killed(server.kill, server.start_again) if how == "killed" else hanging(server.process)


@pytest.mark.parametrize("how", ["killed", "hanging"])
def test_a_database_that_is_away_is_said_clearly_and_forgotten_when_it_is_back(
    opened: Doors, server: TestDatabase, how: str
) -> None:
    with Traffic(opened, PATHS).flowing() as traffic:
        recovered(traffic, time.monotonic())
        with pulled_away(server, how):
            for door in ("historic", "model"):
                wait_for(lambda door=door: opened.ready(door) == (503, ["database"]), f"{door} names it")  # type: ignore[misc]
            time.sleep(AWAY_S)
        recovered(traffic, time.monotonic())
        for door in ("historic", "model"):
            assert opened.ready(door) == (200, [])
    statuses = {each.status for each in traffic.answers}
    assert faults([each for each in traffic.answers if each.door != "console"]) == []
    assert {200, 503} <= statuses
    open_now = connections(server.settings.port)
    assert all(open_now[user] <= most for user, most in POOLS.items()), open_now
    assert all(process.poll() is None for process in opened.processes.values())
