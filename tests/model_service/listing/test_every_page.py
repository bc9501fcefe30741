"""An export is made page by page, and has every decision once."""

from __future__ import annotations

import pytest

from market.interval import Interval
from market.ports import DecisionFilter, SymbolInfo
from model_service.listing.pages import every_page
from tests.contracts.decision_shops import Shop, decision, memory_shop


def shop_with(decisions: int) -> Shop:
    shop = memory_shop()
    shop.klines.register(SymbolInfo("simulated", "BTCUSDT", "BTC", "USDT", "TRADING"), Interval("1h"))
    shop.decisions.append([decision(i) for i in range(decisions)])
    return shop


@pytest.mark.parametrize("count", [0, 1, 499, 500, 501, 1_200])
@pytest.mark.parametrize("newest", [False, True])
def test_the_pages_together_are_the_ledger(count: int, newest: bool) -> None:
    shop = shop_with(count)
    pages = list(every_page(shop.decisions, DecisionFilter(newest=newest)))
    assert pages[0].num_rows == min(count, 500)
    times = [time for page in pages for time in page["open_time"].to_pylist()]
    assert times == sorted(times, reverse=newest)
    assert len(set(times)) == len(times) == count
