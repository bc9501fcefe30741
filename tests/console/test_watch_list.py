"""The watch list: edited by keyboard, kept by the browser, never broken by what it finds there."""

from typing import Any

import pytest

from tests.console.browsing import focused, open_market, says, until
from tests.console.house import House

pytestmark = pytest.mark.browser


def listed(page: Any) -> list[str]:
    found: list[str] = page.evaluate(
        "[...document.querySelectorAll('#watch-items li')].map((each) => each.dataset.market)"
    )
    return found


def test_price_change_last_decision_and_freshness_are_told(page: Any, house: House) -> None:
    open_market(page, house)
    row = page.inner_text("#watch-items li[data-market='simulated/BTCUSDT']")
    assert "BTC/USDT" in row
    assert "%" in row
    assert "HOLD" in row
    assert "12\u00a0s ago" in row
    said = page.get_attribute("#watch-items li[data-market='simulated/BTCUSDT'] .dot", "aria-label")
    assert "ago" in said


def test_it_survives_a_reload(page: Any, house: House) -> None:
    open_market(page, house)
    assert listed(page) == ["binance/XRPUSDT", "simulated/BTCUSDT", "simulated/ETHUSDT"]
    page.click(".watch .button:has-text('Edit')")
    page.click("[aria-label='Remove XRP/USDT']")
    page.click("[aria-label='Move ETH/USDT up']")
    assert focused(page) == "↑"
    page.reload()
    page.wait_for_selector("body[data-state=live]")
    assert listed(page) == ["simulated/ETHUSDT", "simulated/BTCUSDT"]
    assert page.errors == []


def test_a_market_is_searched_and_added_by_keyboard(page: Any, house: House) -> None:
    open_market(page, house)
    page.evaluate("localStorage.setItem('opa.watched', '[]')")
    page.reload()
    page.wait_for_selector("body[data-state=live]")
    for words, found in (("eth", "simulated/ETHUSDT"), ("xrp/us", "binance/XRPUSDT")):
        page.focus("#watch-search")
        page.keyboard.type(words)
        says(page, "#watch-found [aria-selected=true]", found.split("/")[1][:3])
        page.keyboard.press("Enter")
    assert listed(page) == ["simulated/ETHUSDT", "binance/XRPUSDT"]
    page.keyboard.type("nothing like it")
    says(page, "#watch-found", "Nothing stored fits")


def test_it_is_reordered_by_keyboard(page: Any, house: House) -> None:
    open_market(page, house)
    page.focus("#watch-items li:first-child a")
    page.keyboard.press("Alt+ArrowDown")
    assert listed(page)[:2] == ["simulated/BTCUSDT", "binance/XRPUSDT"]
    says(page, ".watch [role=status]", "XRPUSDT is number 2 of 3")
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Enter")
    until(page, "location.hash === '#/market/simulated/BTCUSDT/1h'")
    assert page.errors == []


@pytest.mark.parametrize(
    ("kept", "expected"),
    [
        ('[{"exchange": "gone", "symbol": "OLDUSDT"}, {"exchange": "simulated", "symbol": "BTCUSDT"}]', 2),
        ('[1, null, {}, {"exchange": 5}]', 0),
        ("not JSON", 3),
        ('{"no": "list"}', 3),
    ],
)
def test_what_the_browser_kept_never_breaks_it(page: Any, house: House, kept: str, expected: int) -> None:
    open_market(page, house)
    page.evaluate(f"localStorage.setItem('opa.watched', {kept!r})")
    page.reload()
    page.wait_for_selector("body[data-state=live]")
    assert len(listed(page)) == expected
    if "gone" in kept:
        says(page, "#watch-items li:first-child", "no longer stored")
    assert page.errors == []
