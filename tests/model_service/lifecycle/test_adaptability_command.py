"""`adaptability` on a real database: a table for people, and every line in the store."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from market.decision import Origin
from market.ports import DecisionFilter
from market.store import Database, MySQLChangeLog, MySQLDecisionStore, MySQLKlineStore, StoreSettings
from model_service.__main__ import cli
from model_service.registry import Shelf
from tests.model_service.made import SERIES, HandClock, Shop, open_shop
from tests.model_service.markets import random_walk


@pytest.mark.database
def test_the_report_is_printed_and_stored_beside_the_back_tests(
    database: StoreSettings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for user in ("ingest", "model", "reader", "migrator"):
        monkeypatch.setenv(f"OPA_DB_{user.upper()}_PASSWORD", database.password(user))
    for name, value in {"DB_PORT": str(database.port), "CHAMPION": "logistic"}.items():
        monkeypatch.setenv(f"OPA_{name}", value)
    db = Database(database, "model")
    store = MySQLDecisionStore(db)
    klines = MySQLKlineStore(Database(database, "ingest"))
    shop = Shop(klines, store, MySQLChangeLog(db), Shelf(tmp_path), HandClock())
    open_shop(shop)
    shop.confirm(random_walk(5_200, 3))

    done = CliRunner(env={"COLUMNS": "150"}).invoke(cli, ["adaptability", "--series", str(SERIES)])
    assert done.exit_code == 0, done.output
    for told in (str(SERIES), "rolling", "restless", "falling", "edge that turns", "3 months after"):
        assert told in done.output
    run = store.backtests(SERIES)[0]
    lines = run.metrics["adaptability"]
    assert isinstance(lines, list)
    assert run.kind == "adaptability"
    assert {line["refit"] for line in lines} == {"frozen", "expanding", "rolling", "rolling 3 months"}
    assert store.read(DecisionFilter(origins=(Origin.BACKTEST,))) == []
    assert store.jobs()[0].state == "done"
