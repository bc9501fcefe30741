"""The commands as processes of their own, on a real MariaDB."""

import json
import os
import random
import selectors
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from market.interval import Series
from market.store import Database, MySQLKlineStore, StoreSettings
from tests.simulator_fixture import REPOSITORY, START, Simulator, start_simulator
from up.ports import free_port

Run = Callable[..., subprocess.Popen[str]]
SERIES = [Series.of("simulated", name, "1m") for name in ("BTCUSDT", "ETHUSDT")]
WANTED = ["--symbol", "BTCUSDT", "--symbol", "ETHUSDT", "--interval", "1m", "--start", "12 days ago"]
FOREVER = 2**53


def environment(simulator: Simulator, store: StoreSettings) -> dict[str, str]:
    clean = {name: value for name, value in os.environ.items() if not name.startswith("OPA_")}
    return clean | {
        "PYTHONPATH": str(REPOSITORY),
        "OPA_EXCHANGE": "simulated",
        "OPA_EXCHANGE_REST": simulator.rest_url,
        "OPA_EXCHANGE_WS": simulator.ws_url,
        "OPA_INGEST_METRICS_PORT": "0",
        "OPA_DB_HOST": store.host,
        "OPA_DB_PORT": str(store.port),
        "OPA_DB_NAME": store.name,
        **{
            f"OPA_DB_{user.upper()}_PASSWORD": store.password(user)
            for user in ("ingest", "model", "reader", "migrator")
        },
    }


def ingest(env: dict[str, str], *arguments: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "ingest", *arguments],
        env=env,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def finish(process: subprocess.Popen[str]) -> tuple[int, str, str]:
    out, err = process.communicate(timeout=60)
    return process.returncode, out, err


def wait_for(process: subprocess.Popen[str], words: str, seconds: float = 90) -> None:
    """Read the log until a line holds these words."""
    assert process.stderr is not None
    until = time.monotonic() + seconds
    with selectors.DefaultSelector() as selector:
        selector.register(process.stderr, selectors.EVENT_READ)
        while time.monotonic() < until and selector.select(until - time.monotonic()):
            line = process.stderr.readline()
            if words in line or not line:
                return
    raise AssertionError(f"no line with {words!r}")


@pytest.mark.database
def test_a_run_that_is_killed_again_and_again_ends_like_an_undisturbed_one(
    simulator: Simulator, database: StoreSettings, tmp_path: Path
) -> None:
    env = environment(simulator, database)
    chance = random.Random(7)
    for _ in range(3):
        process = ingest(env, "populate", *WANTED)
        wait_for(process, "candles to read")
        time.sleep(chance.random() * 0.8)
        process.kill()
        process.communicate()
    code, out, err = finish(ingest(env, "populate", *WANTED))
    assert code == 0, err
    store = MySQLKlineStore(Database(database, "ingest"))
    disturbed = [store.read(series, 0, FOREVER) for series in SERIES]
    coverage = [store.coverage(series) for series in SERIES]
    code, _, err = finish(ingest(env, "populate", *WANTED, "--refresh"))
    assert code == 0, err
    assert [store.read(series, 0, FOREVER) for series in SERIES] == disturbed
    assert [store.revisions(series) for series in SERIES] == [[], []]
    assert [store.holes(series) for series in SERIES] == [[], []]
    assert [table.num_rows for table in disturbed] == [12 * 1440 - 1] * 2
    assert [len(ranges) for ranges in coverage] == [1, 1]
    assert "simulated/BTCUSDT/1m" in out
    code, out, err = finish(ingest(env, "verify"))
    assert (code, "0 things wrong" in out) == (0, True), out + err
    target = tmp_path / "out.json"
    code, _, err = finish(
        ingest(
            env,
            "export",
            "--symbol",
            "btcusdt",
            "--interval",
            "1m",
            "--start",
            "3 hours ago",
            "--output",
            str(target),
        )
    )
    assert code == 0, err
    exported = json.loads(target.read_text())
    assert [row["open_time"] for row in exported] == disturbed[0].column("open_time").to_pylist()[-179:]


@pytest.mark.database
def test_verify_finds_rows_that_were_tampered_with(
    simulator: Simulator, database: StoreSettings, mariadb_server: Any
) -> None:
    env = environment(simulator, database)
    wanted = ["--symbol", "BTCUSDT", "--interval", "1h", "--start", "3 days ago"]
    assert finish(ingest(env, "populate", *wanted))[0] == 0
    with mariadb_server._root() as cursor:
        cursor.execute("DELETE FROM klines ORDER BY open_time LIMIT 1")
        cursor.execute("UPDATE klines SET high = low / 2 ORDER BY open_time DESC LIMIT 1")
    code, out, _ = finish(ingest(env, "verify", "--days", "0"))
    assert code == 1
    assert "missing without a hole" in out
    assert "high below open or close" in out
    for arguments in (("--dry-run", "--days", "2"), ()):
        code, out, _ = finish(ingest(env, "verify", *arguments))
        assert code == 1
        assert "the exchange changed high" in out
    code, out, err = finish(ingest(env, "verify"))
    assert (code, "0 things wrong" in out) == (0, True), out + err
    store = MySQLKlineStore(Database(database, "ingest"))
    assert [each.new is None for each in store.revisions(Series.of("simulated", "BTCUSDT", "1h"))] == [False]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["populate", "--symbol", "NOSUCH"], "does not list this symbol"),
        (["populate", "--interval", "7m"], "unknown interval '7m'"),
        (["populate", "--start", "2024-01-02", "--end", "2024-01-01"], "is not after the start"),
        (["populate", "--start", "someday"], "is no time"),
        (["export", "--symbol", "BTCUSDT"], "choose one"),
    ],
)
def test_bad_input_exits_with_2_and_a_clear_message(
    simulator: Simulator, arguments: list[str], message: str
) -> None:
    nowhere = StoreSettings(
        port=1, ingest_password="x", model_password="x", reader_password="x", migrator_password="x"
    )
    code, _, err = finish(ingest(environment(simulator, nowhere), *arguments))
    assert code == 2
    assert message in err
    assert "Traceback" not in err


def test_a_database_that_is_away_exits_with_1_and_names_its_settings(simulator: Simulator) -> None:
    nowhere = StoreSettings(
        port=1, ingest_password="x", model_password="x", reader_password="x", migrator_password="x"
    )
    code, _, err = finish(ingest(environment(simulator, nowhere), "verify"))
    assert code == 1
    assert "OPA_DB_PORT" in err
    assert "Traceback" not in err


@pytest.mark.database
def test_stream_ends_cleanly_on_sigterm_and_on_ctrl_c(database: StoreSettings, tmp_path: Path) -> None:
    with start_simulator(tmp_path, OPA_SIMULATOR_SPEED="60", OPA_SIMULATOR_START=START) as simulator:
        env = environment(simulator, database) | {"OPA_INGEST_METRICS_PORT": str(port := free_port())}
        for signal_number, expected in ((signal.SIGTERM, 0), (signal.SIGINT, 130)):
            process = ingest(env, "stream", "--symbol", "BTCUSDT", "--interval", "1m")
            wait_for(process, "is live")
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics") as answer:
                assert b"opa_ingest_rows_total{" in answer.read()
            process.send_signal(signal_number)
            code, _, err = finish(process)
            assert code == expected, err
            assert "Traceback" not in err
