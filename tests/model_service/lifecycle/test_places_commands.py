"""`promote` and `rollback` on a real database."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from market.decision import Role
from market.errors import InvalidInput
from market.interval import HOUR, Interval, Series
from market.ports import EventKind, ModelRecord, SymbolInfo
from market.store import (
    Database,
    MySQLDecisionStore,
    MySQLKlineStore,
    MySQLLifecycleStore,
    StoreSettings,
)
from model_service.__main__ import cli

SERIES = Series.of("simulated", "BTCUSDT", "1h")
pytestmark = pytest.mark.database


@pytest.fixture
def stored(
    database: StoreSettings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> tuple[MySQLDecisionStore, MySQLLifecycleStore]:
    monkeypatch.chdir(tmp_path)
    for user in ("ingest", "model", "reader", "migrator"):
        monkeypatch.setenv(f"OPA_DB_{user.upper()}_PASSWORD", database.password(user))
    monkeypatch.setenv("OPA_DB_PORT", str(database.port))
    info = SymbolInfo("simulated", "BTCUSDT", "BTC", "USDT", "TRADING")
    MySQLKlineStore(Database(database, "ingest")).register(info, Interval("1h"))
    db = Database(database, "model")
    decisions = MySQLDecisionStore(db)
    for name, role, at in (("a", "champion", 1), ("b", "challenger", 1), ("a2", "champion", 2)):
        decisions.save_model(
            ModelRecord(name, SERIES, Role(role), "lightgbm", at * HOUR, 0, at * HOUR, 4, True, {}, {})
        )
    return decisions, MySQLLifecycleStore(db)


def run(*arguments: str) -> Result:
    return CliRunner(env={"COLUMNS": "150"}).invoke(cli, [*arguments, "--series", str(SERIES)])


def test_a_check_says_which_condition_fails_and_changes_nothing(
    stored: tuple[MySQLDecisionStore, MySQLLifecycleStore],
) -> None:
    decisions, life = stored
    before = decisions.models()
    for arguments in (["promote", "--check"], ["promote"]):
        done = run(*arguments)
        assert done.exit_code == 1
        assert "at least 500 matched live candles" in done.output
    assert decisions.models() == before
    assert life.events() == []


def test_a_roll_back_names_the_champion_and_is_refused_where_there_was_none_before(
    stored: tuple[MySQLDecisionStore, MySQLLifecycleStore],
) -> None:
    decisions, life = stored
    done = run("rollback")
    assert (done.exit_code, done.output) == (0, f"{SERIES}: a is champion again\n")
    assert {m.model_id for m in decisions.models(active_only=True)} == {"a", "b"}
    assert [each.kind for each in life.events(SERIES)] == [EventKind.ROLLED_BACK]
    again = run("rollback")
    assert isinstance(again.exception, InvalidInput)
    assert "no model was in charge before a" in str(again.exception)


def test_who_is_rolled_back_has_to_be_named() -> None:
    assert CliRunner().invoke(cli, ["rollback"]).exit_code == 2
