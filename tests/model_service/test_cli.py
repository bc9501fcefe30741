"""The command line of the model service: clear refusals, no traceback."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from market.interval import Interval
from market.ports import SymbolInfo
from market.store import Database, MySQLKlineStore, StoreSettings

REPOSITORY = Path(__file__).parent.parent.parent


def run(folder: Path, *arguments: str, **settings: str) -> subprocess.CompletedProcess[str]:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("OPA_")}
    return subprocess.run(
        [sys.executable, "-m", "model_service", *arguments],
        env={**environment, "PYTHONPATH": str(REPOSITORY), **settings},
        cwd=folder, capture_output=True, text=True, check=False, timeout=120,
    )  # fmt: skip


def test_a_missing_password_is_named(tmp_path: Path) -> None:
    done = run(tmp_path, "score", "--once")
    assert done.returncode == 2
    assert "OPA_DB_MODEL_PASSWORD" in done.stderr
    assert "Traceback" not in done.stderr


def settings_for(database: StoreSettings) -> dict[str, str]:
    return {
        f"OPA_DB_{user.upper()}_PASSWORD": database.password(user)
        for user in ("ingest", "model", "reader", "migrator")
    } | {"OPA_DB_PORT": str(database.port)}


@pytest.mark.database
def test_an_unknown_series_is_refused_and_an_empty_ledger_is_whole(
    database: StoreSettings, tmp_path: Path
) -> None:
    settings = settings_for(database)
    refused = run(tmp_path, "train", "--series", "simulated/NOPE/1h", **settings)
    assert refused.returncode == 2
    assert "simulated/NOPE/1h is not in the store" in refused.stderr
    assert "Traceback" not in refused.stderr
    assert run(tmp_path, "verify-ledger", **settings).returncode == 0
    away = run(tmp_path, "outcomes", **{**settings, "OPA_DB_PORT": "1"})
    assert away.returncode == 1
    assert "OPA_DB_PORT" in away.stderr


@pytest.mark.database
def test_a_market_that_is_too_young_fails_only_who_asked_for_it(
    database: StoreSettings, tmp_path: Path
) -> None:
    info = SymbolInfo("simulated", "BTCUSDT", "BTC", "USDT", "TRADING")
    MySQLKlineStore(Database(database, "ingest")).register(info, Interval("1h"))
    settings = settings_for(database) | {
        "OPA_EXCHANGE": "simulated",
        "OPA_SYMBOLS": "BTCUSDT",
        "OPA_HISTORY": "1h:3 years",
    }
    everything = run(tmp_path, "train", **settings)
    assert everything.returncode == 0, everything.stderr
    assert "not trained: simulated/BTCUSDT/1h: insufficient history: 0 bars" in everything.stderr
    by_name = run(tmp_path, "train", "--series", "simulated/BTCUSDT/1h", **settings)
    assert by_name.returncode == 1
