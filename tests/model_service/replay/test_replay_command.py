"""`python -m model_service replay` on a real database."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from market.kline import Finality, Source
from market.store import Database, MySQLChangeLog, MySQLDecisionStore, MySQLKlineStore, StoreSettings
from model_service.registry import Shelf
from model_service.spec import Spec
from model_service.train import train
from tests.model_service.made import SERIES, STEP, HandClock, Shop, open_shop, table
from tests.model_service.markets import QUARTER, random_walk
from tests.model_service.test_cli import run, settings_for

TRAINED, DECIDED = 6_000, 12
MARKET = random_walk(TRAINED + DECIDED, 11, edge=0.5)
TIMES = [int(time) for time in MARKET["open_time"]]

pytestmark = pytest.mark.database


@pytest.fixture
def shop(database: StoreSettings, tmp_path: Path) -> Shop:
    """A ledger of twelve decisions made live."""
    db = Database(database, "model")
    klines = MySQLKlineStore(Database(database, "ingest"))
    made = Shop(klines, MySQLDecisionStore(db), MySQLChangeLog(db), Shelf(tmp_path / "models"), HandClock())
    open_shop(made)
    made.confirm(MARKET[:TRAINED])
    model = train(MARKET[:TRAINED], Spec(QUARTER, horizon=1, fee_bp=0.1, slippage_bp=0.1))
    made.register(model, "m1", TIMES[0], TIMES[TRAINED - 1])
    scorer = made.scorer()
    for at in range(TRAINED, TRAINED + DECIDED):
        made.clock.time = TIMES[at] + STEP + 1_000
        made.confirm(MARKET[at : at + 1])
        scorer.step()
    return made


def test_a_ledger_is_replayed_and_a_revised_candle_named(
    shop: Shop, database: StoreSettings, tmp_path: Path
) -> None:
    settings = settings_for(database) | {"OPA_MODELS_DIR": str(tmp_path / "models")}

    def replay(*more: str) -> Any:
        return run(tmp_path, "replay", "--series", str(SERIES), *more, **settings)

    untouched = replay("--strict")
    assert untouched.returncode == 0, untouched.stderr
    assert f"none {DECIDED}" in untouched.stdout
    revise(shop, TRAINED + 5)
    told = replay("--strict", "--json", "--from", str(TIMES[TRAINED + 2]), "--to", str(TIMES[TRAINED + 8]))
    assert told.returncode == 1, told.stderr
    found = json.loads(told.stdout)["replay"][0]
    assert (found["examined"], found["counts"]["none"], found["counts"]["revised_candle"]) == (6, 3, 3)
    assert [row["open_time"] for row in found["rows"]] == TIMES[TRAINED + 5 : TRAINED + 8]


def revise(shop: Shop, at: int) -> None:
    """The exchange says something else about a candle."""
    candle = MARKET[at : at + 1].assign(close=lambda bar: bar["low"])
    shop.klines.write(
        SERIES, table(candle), finality=Finality.CONFIRMED, source=Source.REST, now=shop.clock.time + STEP,
        covered=(TIMES[at], TIMES[at] + STEP),
    )  # fmt: skip
