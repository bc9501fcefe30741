"""`python -m model_service portfolio` on a real database."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from market.interval import HOUR, Interval, Series
from market.kline import Finality, Source, klines_from_rows
from market.ports import SymbolInfo
from market.store import ClockRecorder, Database, MySQLKlineStore, StoreSettings

REPOSITORY = Path(__file__).parents[3]
START = 1_700_000_000_000 // HOUR * HOUR
USERS = ("ingest", "model", "reader", "migrator")


def run(folder: Path, database: StoreSettings, held: str) -> subprocess.CompletedProcess[str]:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("OPA_")}
    settings = {f"OPA_DB_{user.upper()}_PASSWORD": database.password(user) for user in USERS}  # type: ignore[arg-type]
    return subprocess.run(
        [sys.executable, "-m", "model_service", "portfolio"],
        env=environment | settings | {"OPA_DB_PORT": str(database.port), "OPA_PORTFOLIO": held}
        | {"PYTHONPATH": str(REPOSITORY)},
        cwd=folder, capture_output=True, text=True, check=False, timeout=120,
    )  # fmt: skip


@pytest.mark.database
def test_it_prints_worths_and_says_what_is_unknown(database: StoreSettings, tmp_path: Path) -> None:
    ingest = Database(database, "ingest")
    klines = MySQLKlineStore(ingest)
    for symbol in ("BTCUSDT", "ETHUSDT"):
        klines.register(SymbolInfo("simulated", symbol, symbol[:3], "USDT", "TRADING"), Interval("1h"))
    row = [START, *["30123.45000001"] * 4, "1", START + HOUR - 1, "1", 1, "1", "1"]
    klines.write(
        Series.of("simulated", "BTCUSDT", "1h"), klines_from_rows([row]), finality=Finality.CONFIRMED,
        source=Source.REST, now=0,
    )  # fmt: skip
    ClockRecorder(ingest).save("simulated", START + HOUR + 4_999, 0.0)
    done = run(tmp_path, database, "BTCUSDT:0.5,ETHUSDT:4,USDT:1000")
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines() == [
        "simulated BTCUSDT: 0.5 = 15061.725000005 USDT (price 5 s old)",
        "simulated ETHUSDT: 4 = unknown (no price)",
        "simulated USDT: 1000 = 1000 USDT (cash)",
        "simulated USDT: began with unknown, value unknown, following unknown, buy and hold unknown",
    ]
    wrong = run(tmp_path, database, "BTCUSDT=1")
    assert (wrong.returncode, "is no holding" in wrong.stderr, "Traceback" in wrong.stderr) == (
        2,
        True,
        False,
    )
