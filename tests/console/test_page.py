"""The page in a real browser, over real servers on seeded stores."""

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from market.interval import HOUR, Interval, Series
from market.kline import Finality, Source, klines_from_rows
from tests.console.conftest import House
from tests.console.seed import END, LEDGER_BARS

pytestmark = pytest.mark.browser
IMAGES = Path(__file__).parents[2] / "docs" / "images"


@pytest.fixture
def page(chromium: Any) -> Iterator[Any]:
    context = chromium.new_context(viewport={"width": 1440, "height": 980}, color_scheme="light")
    opened = context.new_page()
    opened.errors = []
    opened.asked = []
    opened.on("console", lambda message: message.type == "error" and opened.errors.append(message.text))
    opened.on("pageerror", lambda error: opened.errors.append(str(error)))
    opened.on("request", lambda request: opened.asked.append(request.url))
    yield opened
    context.close()


def open_series(page: Any, house: House, series: str = "simulated/BTCUSDT/1h") -> None:
    page.goto(f"{house.address}/#/market/{series}")
    page.wait_for_selector("body[data-state=live]")


def says(page: Any, selector: str, text: str) -> None:
    """The page's parts are filled one after another: what a part says is waited for."""
    until(page, f"document.querySelector({json.dumps(selector)})?.innerText.includes({json.dumps(text)})")


def until(page: Any, condition: str) -> None:
    """Playwright's own wait evaluates text inside the page, which the page's policy forbids."""
    for _ in range(1_200):
        if page.evaluate(condition):
            return
        page.wait_for_timeout(50)
    raise AssertionError(f"not within a minute: {condition}")


def test_the_page_shows_the_market_and_the_decisions(page: Any, house: House) -> None:
    open_series(page, house)
    page.wait_for_selector("#chart canvas")
    until(page, "Number(document.querySelector('#chart').dataset.marks) > 10")
    says(page, "#chart-title", "BTC/USDT · 1h")
    says(page, "#freshness", "12 s ago")
    until(page, "document.querySelector('#simulated').hidden === false")
    until(page, "document.querySelectorAll('#rows tr').length === 200")
    says(page, "#tile-right .note", f"of {LEDGER_BARS - 5} live decisions · 5 pending")
    assert page.errors == []
    assert all(url.startswith(house.address) for url in page.asked)


def test_reasons_are_words_and_outcomes_are_told(page: Any, house: House) -> None:
    open_series(page, house)
    page.click("label[for=origin-Live]")
    until(page, f"document.querySelectorAll('#rows tr').length === {LEDGER_BARS}")
    rows = page.inner_text("#rows")
    assert "No edge: the expected gain does not cover the cost" in rows
    assert "Suppressed: too many candles of the window are missing" in rows
    assert "late" in rows
    assert "back-test" not in rows
    assert page.locator("#rows .outcome.pending").count() == 5
    assert page.locator("#rows .badge.hollow").count() == page.locator("#rows tr.suppressed").count() > 0


def test_the_series_is_switched_by_keyboard_and_kept_in_the_address(page: Any, house: House) -> None:
    open_series(page, house)
    page.focus("#series select")
    page.keyboard.press("ArrowDown")
    until(page, "document.querySelector('#chart-title').textContent === 'ETH/USDT · 1h'")
    assert page.url.endswith("#/market/simulated/ETHUSDT/1h")
    page.wait_for_selector("body[data-state=live]")
    assert page.errors == []


def test_a_real_market_has_no_banner_and_an_empty_record_says_so(page: Any, house: House) -> None:
    open_series(page, house, "binance/XRPUSDT/1h")
    until(page, "document.querySelector('#no-rows').hidden === false")
    assert not page.is_visible("#simulated")
    says(page, "#no-rows", "No decision yet")
    assert page.errors == []


def test_old_data_is_called_stale(page: Any, house: House) -> None:
    house.clock.time += 3 * HOUR
    try:
        page.goto(f"{house.address}/#/market/simulated/BTCUSDT/1h")
        page.wait_for_selector("body[data-state=stale]")
        says(page, "#freshness", "Stale · last candle closed 3 h ago")
    finally:
        house.clock.time -= 3 * HOUR


def test_services_that_are_away_are_said(page: Any, lonely: str) -> None:
    page.goto(lonely)
    page.wait_for_selector("#problem:not([hidden])")
    says(page, "#problem", "the historic API does not answer")
    says(page, "#problem", "sh setup.sh status")
    says(page, "#freshness", "Not connected")


def test_a_database_that_is_away_is_said_on_the_page(page: Any, without_database: str) -> None:
    page.goto(without_database)
    page.wait_for_selector("#problem:not([hidden])")
    says(page, "#problem", "the database does not answer")
    says(page, "#freshness", "Not connected")


def test_a_new_candle_appears_by_itself(page: Any, house: House) -> None:
    open_series(page, house, "binance/XRPUSDT/1h")
    texts = ["7.7001", "7.9", "7.6", "7.7777"]
    bar = [END, *texts, "10", END + HOUR - 1, "77", 3, "5", "38"]
    series = Series("binance", "XRPUSDT", Interval("1h"))
    house.stores.klines.write(
        series, klines_from_rows([bar]), finality=Finality.CONFIRMED, source=Source.REST, now=END + HOUR
    )
    page.wait_for_selector("#tile-price .big:has-text('7.7777')", timeout=60_000)
    assert page.errors == []


def test_older_candles_follow_when_the_chart_is_moved(page: Any, house: House) -> None:
    open_series(page, house)
    until(page, "Number(document.querySelector('#chart').dataset.marks) > 10")
    before = page.evaluate("document.querySelector('#chart').dataset.marks")
    for _ in range(14):
        page.mouse.move(200, 400)
        page.mouse.down()
        page.mouse.move(900, 400, steps=10)
        page.mouse.up()
    until(page, f"Number(document.querySelector('#chart').dataset.marks) > {before}")
    assert page.errors == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_narrow_screen_needs_no_sideways_scrolling(page: Any, house: House, scheme: str) -> None:
    page.emulate_media(color_scheme=scheme)
    page.set_viewport_size({"width": 390, "height": 844})
    open_series(page, house)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    assert page.errors == []


@pytest.mark.skipif("OPA_UPDATE_IMAGES" not in os.environ, reason="OPA_UPDATE_IMAGES=1 writes docs/images")
@pytest.mark.parametrize(("scheme", "name"), [("light", "console.png"), ("dark", "console-dark.png")])
def test_the_picture_of_the_page_is_renewed(page: Any, house: House, scheme: str, name: str) -> None:
    page.emulate_media(color_scheme=scheme)
    open_series(page, house)
    until(page, "Number(document.querySelector('#chart').dataset.marks) > 10")
    page.wait_for_timeout(500)
    IMAGES.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=IMAGES / name)
