"""The command line, on a real MariaDB and a real Elasticsearch, with a follower that is killed."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from elasticsearch import Elasticsearch

from es_loader.settings import LoaderSettings
from market.interval import HOUR, Interval
from market.kline import Finality, Source
from market.ports import SymbolInfo
from market.store import Database, MySQLKlineStore, StoreSettings
from tests.es_loader.world import SERIES, START, candles

pytestmark = [pytest.mark.elastic, pytest.mark.database]
REPOSITORY = Path(__file__).parents[2]


class Commands:
    """Runs `python -m es_loader …` as a user would."""

    def __init__(self, environment: dict[str, str]) -> None:
        self.environment = environment

    def run(self, *words: str, **changed: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "es_loader", *words],
            env=self.environment | changed,
            cwd=REPOSITORY,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )

    def follow(self) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            [sys.executable, "-m", "es_loader", "follow"],
            env=self.environment,
            cwd=REPOSITORY,
            stderr=subprocess.PIPE,
        )


@pytest.fixture
def commands(settings: LoaderSettings, maintainer: Elasticsearch, database: StoreSettings) -> Commands:
    users = ("ingest", "model", "reader", "migrator")
    return Commands(
        {
            **{name: value for name, value in os.environ.items() if not name.startswith(("ES_", "OPA_"))},
            "ES_URL": settings.url,
            "ES_CA": str(settings.ca),
            "ES_WRITER_PASSWORD": settings.login("writer")[1],
            "ES_MAINTAINER_PASSWORD": settings.login("maintainer")[1],
            "OPA_STATE_DIR": str(settings.state_dir),
            "OPA_DB_HOST": database.host,
            "OPA_DB_PORT": str(database.port),
            "OPA_DB_NAME": database.name,
            **{f"OPA_DB_{user.upper()}_PASSWORD": database.password(user) for user in users},  # type: ignore[arg-type]
        }
    )


@pytest.fixture
def klines(database: StoreSettings) -> MySQLKlineStore:
    store = MySQLKlineStore(Database(database, "ingest"))
    store.register(SymbolInfo("simulated", "BTCUSDT", "BTC", "USDT", "TRADING"), Interval("1h"))
    return store


def confirm(store: MySQLKlineStore, first: int, count: int) -> None:
    start = START + first * HOUR
    store.write(
        SERIES,
        candles(count, start),
        finality=Finality.CONFIRMED,
        source=Source.REST,
        now=START,
        covered=(start, start + count * HOUR),
    )


def test_a_follower_killed_at_random_moments_ends_with_the_same_documents(
    commands: Commands, klines: MySQLKlineStore
) -> None:
    dice = random.Random(11)
    confirm(klines, 0, 3_000)
    for turn in range(3):
        follower = commands.follow()
        time.sleep(dice.uniform(2.0, 5.0))
        confirm(klines, 3_000 + turn * 500, 500)
        time.sleep(dice.uniform(0.0, 0.4))
        follower.kill()
        follower.communicate(timeout=60)
    follower = commands.follow()
    try:
        assert any(b"following the change log" in line for line in follower.stderr or ())
        checked = commands.run("check")
        deadline = time.monotonic() + 60
        while checked.returncode == 1 and time.monotonic() < deadline:
            checked = commands.run("check")
        follower.send_signal(signal.SIGTERM)
        follower.communicate(timeout=60)
        assert follower.returncode == 0
    finally:
        follower.kill()
        follower.communicate(timeout=60)
    assert checked.returncode == 0, checked.stdout + checked.stderr
    assert "4,500" in checked.stdout


def test_rebuild_then_check_is_equal_and_a_planted_difference_is_told(
    commands: Commands, klines: MySQLKlineStore, maintainer: Elasticsearch
) -> None:
    confirm(klines, 0, 30)
    rebuilt = commands.run("rebuild")
    assert (rebuilt.returncode, rebuilt.stdout.splitlines()[0]) == (0, "klines: 30 documents")
    index = next(name for name in maintainer.indices.get(index="opa-klines-*") if "2024" in name)
    maintainer.delete(index=index, id=f"simulated:BTCUSDT:1h:{START}", refresh=True)
    checked = commands.run("check")
    assert checked.returncode == 1
    assert "2024-01-01" in checked.stdout
    assert "differ" in checked.stderr


def test_bad_input_is_one_line_on_stderr_and_no_traceback(commands: Commands) -> None:
    wrong = commands.run("rebuild", "--stream", "candles")
    assert wrong.returncode == 2
    refused = commands.run("bootstrap", ES_WRITER_PASSWORD="guessed")
    assert refused.returncode == 1
    assert "wrong user or password" in refused.stderr
    unset = commands.run("check", OPA_DB_PORT="many")
    assert unset.returncode == 2
    assert "port" in unset.stderr
    assert "Traceback" not in wrong.stderr + refused.stderr + unset.stderr
