"""What a tamperer with root's rights may try beside editing and deleting rows."""

from __future__ import annotations

from collections.abc import Callable

import mysql.connector
import pytest

from market.decision import Action, Flip, Role
from market.interval import Interval
from market.ports import SymbolInfo
from market.store import StoreSettings
from market.store.memory_decisions import MemoryDecisionStore
from tests.contracts.decision_shops import SERIES, Shop, decision, memory_shop, mysql_shop, outcome

ENDLESS = [
    "decisions 1 to 3: appended behind the chain's head",
    "outcomes 1: appended behind the chain's head",
]
Tamper = Callable[[str], None]


def stocked(shop: Shop) -> Shop:
    shop.klines.register(SymbolInfo("simulated", "BTCUSDT", "BTC", "USDT", "TRADING"), Interval("1h"))
    flip = Flip("rsi_14", 55.0, 61.25, Action.BUY, 0.125)
    shop.decisions.append([decision(i, flip=flip) for i in range(3)])
    shop.decisions.record_outcomes([outcome(0)])
    return shop


def faults(shop: Shop) -> list[str]:
    """As `verify-ledger` finds them: whatever the heads name is walked."""
    walked = {(head.series, head.role) for head in shop.decisions.chain_heads()}
    return [fault for where in walked for fault in shop.decisions.verify(*where)]


@pytest.fixture(params=["database", "mysql8"])
def stored(request: pytest.FixtureRequest, root_password: str) -> tuple[Shop, Tamper]:
    settings: StoreSettings = request.getfixturevalue(request.param)

    def tamper(statement: str) -> None:
        with (
            mysql.connector.connect(
                host=settings.host, port=settings.port, user="root", password=root_password,
                database=settings.name, autocommit=True,
            ) as connection,
            connection.cursor() as cursor,
        ):  # fmt: skip
            cursor.execute(statement)

    return stocked(mysql_shop(settings, root_password)), tamper


def test_a_ledger_whose_heads_are_deleted_is_walked_all_the_same() -> None:
    shop = stocked(memory_shop())
    assert isinstance(shop.decisions, MemoryDecisionStore)
    assert faults(shop) == []
    shop.decisions.heads.clear()
    assert faults(shop) == ENDLESS
    (head, _) = shop.decisions.chain_heads()
    assert (head.series, head.role, head.chain, head.number) == (SERIES, Role.CHAMPION, "decisions", 0)


@pytest.mark.database
def test_a_stored_ledger_whose_heads_are_deleted_is_walked_all_the_same(stored: tuple[Shop, Tamper]) -> None:
    shop, tamper = stored
    assert faults(shop) == []
    assert {type(head.number) for head in shop.decisions.chain_heads()} == {int}
    tamper("DELETE FROM chain_heads")
    assert faults(shop) == ENDLESS


@pytest.mark.database
def test_an_id_that_was_edited_shows(stored: tuple[Shop, Tamper]) -> None:
    shop, tamper = stored
    tamper("UPDATE decisions SET id = REPEAT('0', 32) WHERE number = 2")
    assert faults(shop) == ["decisions 2: its id was edited"]


@pytest.mark.database
@pytest.mark.parametrize(
    "edit",
    [
        "flip = '{}'",
        "flip = '[1]'",
        "provenance = '{\"bars\": 1}'",
        "features = '[1, 2]'",
        'contributions = \'{"rsi": "x"}\'',
    ],
)
def test_content_that_cannot_be_read_back_was_edited(stored: tuple[Shop, Tamper], edit: str) -> None:
    shop, tamper = stored
    tamper(f"UPDATE decisions SET {edit} WHERE number = 2")
    assert faults(shop) == ["decisions 2 (candle 2023-11-14T23:00:00+00:00): its content was edited"]
