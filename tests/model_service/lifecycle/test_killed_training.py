"""Real processes: a training that is killed in the middle leaves the scorer and its champion at work."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pandas as pd
import pytest

from market.decision import LEDGER, Decision, Role
from market.interval import MINUTE
from market.ports import DecisionFilter, EventKind, Job
from market.store import (
    ClockRecorder,
    Database,
    MySQLChangeLog,
    MySQLDecisionStore,
    MySQLKlineStore,
    MySQLLifecycleStore,
    StoreSettings,
)
from model_service.registry import Shelf
from model_service.spec import Spec
from model_service.train import train
from tests.model_service.made import SERIES, STEP, HandClock, Shop, open_shop
from tests.model_service.markets import QUARTER, random_walk

REPOSITORY = Path(__file__).parents[3]
TRAINED, KNOWN = 5_100, 5_600
MARKET = random_walk(KNOWN + 10, 11, edge=0.25)
START, END = int(MARKET["open_time"].iloc[0]), int(MARKET["open_time"].iloc[TRAINED])


@pytest.mark.database
def test_a_killed_training_leaves_the_scorer_at_work_and_is_tried_again_later(
    database: StoreSettings, tmp_path: Path
) -> None:
    ingest, db = Database(database, "ingest"), Database(database, "model")
    decisions, life, clock = MySQLDecisionStore(db), MySQLLifecycleStore(db), ClockRecorder(ingest)
    shop = Shop(
        MySQLKlineStore(ingest), decisions, MySQLChangeLog(db), Shelf(tmp_path / "models"), HandClock()
    )
    open_shop(shop)
    shop.confirm(MARKET[:KNOWN])
    shop.register(train(MARKET[:5_000], Spec(QUARTER, kind="logistic")), "m1", START, END)

    def at(candle: int) -> int:
        return int(MARKET["open_time"].iloc[candle]) + STEP + 1_000

    def jobs() -> list[Job]:
        return [each for each in decisions.jobs() if each.kind == "retrain"]

    clock.save("simulated", at(KNOWN - 1), 1.0)
    with scoring(database, tmp_path) as scorer:
        until(lambda: bool(jobs()) and jobs()[0].state == "running" and jobs()[0].progress > 0)
        first = jobs()[0]
        os.kill(process_of(first.job_id), signal.SIGKILL)
        until(lambda: jobs()[0].state == "failed")
        assert jobs()[0].message == "stopped: the process was ended by signal 9"

        add(shop, MARKET[KNOWN : KNOWN + 1], clock, at(KNOWN))
        until(lambda: newest(decisions).open_time == int(MARKET["open_time"].iloc[KNOWN]))
        assert newest(decisions).model_id == "m1"
        assert [each.model_id for each in decisions.models(SERIES)] == ["m1"]
        assert len(jobs()) == 1

        clock.save("simulated", at(KNOWN) + 16 * MINUTE, 1.0)
        until(lambda: len(jobs()) == 2 and jobs()[0].state == "running")
        second = jobs()[0]
        scorer.send_signal(signal.SIGTERM)
        assert scorer.wait(60) == 0
    assert next(each for each in jobs() if each.job_id == second.job_id).state == "skipped"
    assert not alive(second.job_id)
    assert [each.kind for each in life.events(SERIES)].count(EventKind.RETRAIN) == 2
    assert EventKind.FAILED in {each.kind for each in life.events(SERIES)}


@contextmanager
def scoring(database: StoreSettings, folder: Path) -> Iterator[subprocess.Popen[bytes]]:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("OPA_")}
    environment |= {
        f"OPA_DB_{user.upper()}_PASSWORD": database.password(user) for user in ("model", "reader")
    }
    environment |= {
        "PYTHONPATH": str(REPOSITORY),
        "OMP_NUM_THREADS": "1",
        "OPA_DB_INGEST_PASSWORD": database.password("ingest"),
        "OPA_DB_MIGRATOR_PASSWORD": database.password("migrator"),
        "OPA_DB_PORT": str(database.port),
        "OPA_MODELS_DIR": str(folder / "models"),
    }
    process = subprocess.Popen([sys.executable, "-m", "model_service", "score"], env=environment, cwd=folder)
    try:
        yield process
    finally:
        if process.poll() is None:
            process.terminate()
            process.wait(60)


def add(shop: Shop, bars: pd.DataFrame, clock: ClockRecorder, now: int) -> None:
    clock.save("simulated", now, 1.0)
    shop.confirm(bars)


def newest(decisions: MySQLDecisionStore) -> Decision:
    wanted = DecisionFilter(role=Role.CHAMPION, origins=LEDGER, newest=True, limit=1)
    return decisions.read(wanted)[0].decision


def until(holds: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 60
    while not holds():
        assert time.monotonic() < deadline, "waited for a minute"
        time.sleep(0.05)


def process_of(job_id: str) -> int:
    found = [
        int(path.parent.name)
        for path in Path("/proc").glob("[0-9]*/cmdline")
        if job_id.encode() in read(path).split(b"\0")
    ]
    assert len(found) == 1
    return found[0]


def read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError:  # it has ended since it was listed
        return b""


def alive(job_id: str) -> bool:
    return any(job_id.encode() in read(path) for path in Path("/proc").glob("[0-9]*/cmdline"))
