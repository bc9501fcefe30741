"""`python -m model_service leaks` on a store of one's own."""

from __future__ import annotations

from pathlib import Path

import pytest

from market.store import Database, MySQLChangeLog, MySQLDecisionStore, MySQLKlineStore, StoreSettings
from model_service.honesty.suite import CHECKS
from model_service.jobs import new_job, reported
from model_service.registry import Shelf
from model_service.settings import ModelSettings
from model_service.training import Workshop, train_series
from tests.model_service.made import SERIES, HandClock, Shop, open_shop
from tests.model_service.markets import random_walk
from tests.model_service.test_cli import run, settings_for

MARKET = random_walk(5_100, 11, edge=0.1)


@pytest.mark.database
def test_every_check_is_named_and_a_tampered_model_file_ends_it_with_one(
    database: StoreSettings, tmp_path: Path
) -> None:
    decisions = MySQLDecisionStore(Database(database, "model"))
    klines = MySQLKlineStore(Database(database, "ingest"))
    changes = MySQLChangeLog(Database(database, "model"))
    shop = Shop(klines, decisions, changes, Shelf(tmp_path), HandClock())
    open_shop(shop)
    shop.confirm(MARKET)
    settings = settings_for(database) | {
        "OPA_CHAMPION": "logistic",
        "OPA_MODELS_DIR": str(tmp_path),
        "OMP_NUM_THREADS": "1",
    }
    work = Workshop(klines, decisions, shop.shelf, ModelSettings(champion="logistic"))
    with reported(decisions, new_job(SERIES, 1), shop.clock.now) as report:
        train_series(work, SERIES, report, force=False)
    clean = run(tmp_path, "leaks", "--series", str(SERIES), **settings)
    assert clean.returncode == 0, clean.stdout + clean.stderr
    for check in (*CHECKS, "model_files_changed", "decisions_changed", "score_not_reproduced"):
        assert f"{SERIES} champion: {check}: nothing found" in clean.stdout
    (champion,) = [each for each in decisions.models(active_only=True) if each.role.value == "champion"]
    (tmp_path / champion.model_id / "model.json").write_text("{}")
    found = run(tmp_path, "leaks", "--series", str(SERIES), **settings)
    assert found.returncode == 1
    assert "model_files_changed: model file model.json" in found.stdout
    assert "Traceback" not in found.stderr
