"""An export is made page by page, and has every decision once."""

from __future__ import annotations

from dataclasses import replace

import pytest

from market.decision import LEDGER, Origin, Role
from market.interval import HOUR, Interval
from market.ports import BacktestRun, Decided, DecisionFilter, SymbolInfo
from model_service.listing.pages import every_page, page
from tests.contracts.decision_shops import SERIES, START, Shop, decision, memory_shop
from web.problems import StaleCursor


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


def back_test(shop: Shop, name: str, created_at: int, decisions: int = 600) -> None:
    run = BacktestRun(name, SERIES, Role.CHAMPION, "walk_forward", created_at, START, START + HOUR, {})
    made = (decision(i, origin=Origin.BACKTEST, run_id=name) for i in range(decisions))
    shop.decisions.save_backtest(run, (Decided(each, None) for each in made))


def test_an_export_ends_in_the_back_test_it_began_with() -> None:
    shop = shop_with(0)
    back_test(shop, "first", 1)
    pages = every_page(shop.decisions, DecisionFilter())
    begun = next(pages)
    back_test(shop, "second", 2)
    runs = [run for page in [begun, *pages] for run in page["run_id"].to_pylist()]
    assert runs == ["first"] * 600


def test_a_page_behind_one_of_another_back_test_is_refused() -> None:
    shop = shop_with(3)
    wanted = DecisionFilter(limit=2)
    for each in ("first", "second"):
        _, cursor = page(shop.decisions, wanted)
        rows, _ = page(shop.decisions, replace(wanted, after=place(cursor)))
        assert rows.num_rows > 0
        back_test(shop, each, ord(each[0]), decisions=3)
        with pytest.raises(StaleCursor, match="begin again"):
            page(shop.decisions, replace(wanted, after=place(cursor)))


def test_a_ledger_is_paged_whatever_back_tests_are_made() -> None:
    shop = shop_with(3)
    wanted = DecisionFilter(limit=2, origins=LEDGER)
    _, cursor = page(shop.decisions, wanted)
    back_test(shop, "first", 1, decisions=3)
    rows, last = page(shop.decisions, replace(wanted, after=place(cursor)))
    assert (rows.num_rows, last) == (1, None)


def place(cursor: str | None) -> tuple[int, str]:
    time, _, name = (cursor or "").partition("_")
    return int(time), name
