"""The decision drawer: opened by pointer, keyboard or address; in words, with its outcome and provenance."""

from typing import Any

import pytest

from tests.console.browsing import focused, open_market, says, until
from tests.console.house import House
from tests.console.seed import LEDGER_BARS

pytestmark = pytest.mark.browser


def rows_of(page: Any, **filters: str) -> None:
    for name, value in filters.items():
        page.select_option(f"#filters [name={name}]", value)
    until(page, "document.querySelectorAll('#rows tr').length > 0")


def test_it_explains_a_decision_and_gives_the_keyboard_back(page: Any, house: House) -> None:
    open_market(page, house)
    page.focus("#rows tr:first-child button")
    opener = focused(page)
    page.keyboard.press("Enter")
    says(page, "#drawer", "there is no reason to sell")
    says(page, "#drawer", "BUY if rsi_14 were above")
    says(page, "#drawer", "Pending.")
    says(page, "#drawer", "98 archive, 20 REST, 1 stream")
    says(page, "#drawer", "4 others")
    assert page.locator("#drawer .contributions li").count() == 11
    for _ in range(6):
        page.keyboard.press("Tab")
        outside = "document.activeElement !== document.body && !document.activeElement.closest('#drawer')"
        assert not page.evaluate(outside)
    page.keyboard.press("Escape")
    until(page, "!document.querySelector('#drawer').open")
    assert focused(page) == opener
    assert "decision=" not in page.url
    assert page.errors == []


def test_a_known_outcome_and_a_suppression_are_told(page: Any, house: House) -> None:
    open_market(page, house)
    rows_of(page, status="suppressed", origin="live,late")
    until(page, "document.querySelectorAll('#rows tr.issued').length === 0")
    page.click("#rows tr:last-child")
    says(page, "#drawer", "it would have been")
    says(page, "#drawer", "The decision was")
    says(page, "#drawer", "Being long, costs taken off")


def test_a_candle_of_the_chart_opens_its_decision(page: Any, house: House) -> None:
    open_market(page, house)
    page.focus("#chart")
    for _ in range(LEDGER_BARS):
        page.keyboard.press("ArrowLeft")
    page.keyboard.press("ArrowRight")
    when = page.inner_text("#readout time")
    page.keyboard.press("Enter")
    says(page, "#drawer", f"candle of {when}")
    page.click("#drawer-close")
    box = page.locator("#chart").bounding_box()
    page.mouse.click(box["x"] + box["width"] / 2, box["y"] + 120)
    until(page, "document.querySelector('#drawer').open")
    assert page.errors == []


def test_an_address_opens_it_again(page: Any, house: House) -> None:
    open_market(page, house)
    page.click("#rows tr:nth-child(3)")
    until(page, "location.hash.includes('decision=')")
    page.reload()
    says(page, "#drawer", "Where it comes from")
    page.click("#drawer a[href^='#/model']")
    until(page, "location.hash.startsWith('#/model/simulated/BTCUSDT/1h')")


def test_a_decision_that_is_not_there_is_said(page: Any, house: House) -> None:
    page.goto(f"{house.address}/#/market/simulated/BTCUSDT/1h?decision=nobody")
    says(page, "#drawer", "no decision 'nobody'")
