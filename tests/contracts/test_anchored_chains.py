"""Chains held against anchors, and walked while they grow."""

from __future__ import annotations

from typing import Any

import pytest

from market.decision import Role
from market.interval import Interval
from market.ports import ChainHead, SymbolInfo
from market.store import StoreSettings, decisions_ledger
from tests.contracts.decision_shops import SERIES, Shop, decision, memory_shop, mysql_shop


def stocked(shop: Shop) -> Shop:
    shop.klines.register(SymbolInfo("simulated", "BTCUSDT", "BTC", "USDT", "TRADING"), Interval("1h"))
    shop.decisions.append([decision(i) for i in range(3)])
    return shop


def test_two_anchors_of_one_row_must_agree() -> None:
    shop = stocked(memory_shop())
    (head,) = shop.decisions.chain_heads()
    other = ChainHead(SERIES, Role.CHAMPION, "decisions", head.number, "f" * 64)
    fault = ["decisions 3: not the row that was anchored, the chain was rewritten"]
    assert shop.decisions.verify(SERIES, Role.CHAMPION, [head, head]) == []
    assert shop.decisions.verify(SERIES, Role.CHAMPION, [head, other]) == fault
    assert shop.decisions.verify(SERIES, Role.CHAMPION, [other, head]) == fault


@pytest.mark.database
@pytest.mark.parametrize("server", ["database", "mysql8"])
def test_a_row_that_is_appended_while_the_chain_is_walked_is_no_fault(
    server: str, request: pytest.FixtureRequest, root_password: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings: StoreSettings = request.getfixturevalue(server)
    shop = stocked(mysql_shop(settings, root_password))
    read_head = decisions_ledger._head

    def head_then_append(cursor: Any, *where: Any) -> ChainHead | None:
        head = read_head(cursor, *where)
        monkeypatch.setattr(decisions_ledger, "_head", read_head)
        shop.decisions.append([decision(3)])
        return head

    monkeypatch.setattr(decisions_ledger, "_head", head_then_append)
    assert shop.decisions.verify(SERIES, Role.CHAMPION) == []
    assert [head.number for head in shop.decisions.chain_heads()] == [4]
