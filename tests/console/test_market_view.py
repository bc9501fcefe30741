"""The market view in a real browser, over real servers on seeded stores."""

from typing import Any

import pytest

from market.interval import HOUR, Interval, Series
from market.kline import Finality, Source, klines_from_rows
from tests.console.browsing import open_market, says, until
from tests.console.conftest import Pictures
from tests.console.house import House
from tests.console.seed import END, LEDGER_BARS, NOW, tick

pytestmark = pytest.mark.browser


def marks(page: Any) -> int:
    return int(page.evaluate("Number(document.querySelector('#chart').dataset.marks)"))


@pytest.mark.parametrize(("scheme", "name"), [("light", "console.png"), ("dark", "console-dark.png")])
def test_the_view_is_filled(page: Any, house: House, pictures: Pictures, scheme: str, name: str) -> None:
    page.emulate_media(color_scheme=scheme)
    open_market(page, house)
    assert page.locator("#chart canvas").count() > 3
    assert marks(page) > 10
    says(page, "#chart-title", "BTC/USDT · 1h")
    says(page, "#freshness", "12\u00a0s ago")
    says(page, "#tile-right .note", f"of {LEDGER_BARS - 5} live decisions · 5 pending")
    says(page, "#readout", "expects")
    assert page.is_visible("#simulated")
    assert page.locator("#watch-items li").count() == 3
    assert page.locator("#rows tr").count() == 50
    for tile in ("price", "decision", "gain", "position", "right"):
        assert page.inner_text(f"#tile-{tile} .big") != "–"
    assert page.errors == []
    assert all(url.startswith(house.address) for url in page.asked)
    pictures.take(page, name)


def test_the_series_is_chosen_by_keyboard_and_kept_in_the_address(page: Any, house: House) -> None:
    open_market(page, house)
    page.focus("#series select")
    page.keyboard.press("ArrowDown")
    until(page, "document.querySelector('#chart-title')?.textContent === 'ETH/USDT · 1h'")
    assert page.url.endswith("#/market/simulated/ETHUSDT/1h")
    page.wait_for_selector("body[data-state=live]")
    page.reload()
    says(page, "#chart-title", "ETH/USDT · 1h")
    page.go_back()
    says(page, "#chart-title", "BTC/USDT · 1h")
    assert page.errors == []


def test_an_address_without_a_series_shows_an_hourly_one(page: Any, house: House) -> None:
    page.goto(house.address)
    page.wait_for_selector("body[data-state=live]")
    assert page.url.endswith("#/market/binance/XRPUSDT/1h")


def test_a_real_market_has_no_banner_and_an_empty_record_says_so(page: Any, house: House) -> None:
    open_market(page, house, "binance/XRPUSDT/1h")
    says(page, "#no-rows", "No decision yet")
    says(page, "#tile-decision", "None yet")
    assert not page.is_visible("#simulated")
    assert page.errors == []


def write_xrp(house: House, open_times: range, close: str) -> None:
    bars = [
        [time, "7.7001", "7.9", "7.6", close, "10", time + HOUR - 1, "77", 3, "5", "38"]
        for time in open_times
    ]
    series = Series("binance", "XRPUSDT", Interval("1h"))
    house.stores.klines.write(
        series, klines_from_rows(bars), finality=Finality.CONFIRMED, source=Source.REST, now=open_times.stop
    )


def test_new_candles_and_prices_are_pushed(page: Any, house: House) -> None:
    open_market(page, house, "binance/XRPUSDT/1h")
    for api in ("historic", "model"):
        assert any(f"/api/{api}/v1/stream?" in url for url in page.asked)
    asked = len(page.asked)
    house.stores.ticks.write([tick("BTCUSDT", NOW + 1_000, "70001.5")])
    says(page, "[data-market='simulated/BTCUSDT'] .price", "70\u202f001.5")
    assert [url for url in page.asked[asked:] if "/prices" in url] == []
    write_xrp(house, range(END, END + HOUR, HOUR), "7.7777")
    says(page, "#readout", "7.7777")
    assert page.errors == []


def test_many_candles_that_came_unseen_leave_no_hole(page: Any, house: House) -> None:
    open_market(page, house, "binance/XRPUSDT/1h")
    write_xrp(house, range(END + HOUR, END + 9 * HOUR, HOUR), "7.6123")
    says(page, "#readout", "7.6123")
    page.focus("#chart")
    closes = []
    for _ in range(8):
        page.keyboard.press("ArrowLeft")
        closes.append("7.6123" in page.inner_text("#readout"))
    assert closes == [True] * 8
    assert page.errors == []


def test_older_candles_follow_when_the_chart_is_moved(page: Any, house: House) -> None:
    open_market(page, house)
    before = marks(page)
    for _ in range(14):
        page.mouse.move(400, 500)
        page.mouse.down()
        page.mouse.move(1100, 500, steps=10)
        page.mouse.up()
    until(page, f"Number(document.querySelector('#chart').dataset.marks) > {before}")
    assert page.errors == []


def test_a_narrow_screen_needs_no_sideways_scrolling(page: Any, house: House) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    open_market(page, house)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    assert page.errors == []


@pytest.mark.parametrize(("width", "last"), [(1280, ".from"), (390, ".number:not(.price)")])
def test_no_cell_of_the_decisions_is_covered_or_cut(page: Any, house: House, width: int, last: str) -> None:
    page.set_viewport_size({"width": width, "height": 844})
    open_market(page, house)
    until(page, "document.querySelectorAll('#rows tr').length === 50")
    cut = (
        "[...document.querySelectorAll('#rows td')].filter((each) => each.scrollWidth > each.clientWidth + 1)"
    )
    assert page.evaluate(f"{cut}.map((each) => each.innerText)") == []
    right = "document.querySelector('{}').getBoundingClientRect().right"
    assert page.evaluate(f"{right.format(f'#rows {last}')} <= {right.format('#decisions')}")


def test_filters_narrow_the_table_and_more_rows_follow(page: Any, house: House) -> None:
    open_market(page, house)
    page.click("#more")
    until(page, "document.querySelectorAll('#rows tr').length === 100")
    page.select_option("#filters [name=status]", "suppressed")
    page.select_option("#filters [name=origin]", "live,late")
    until(page, "document.querySelectorAll('#rows tr.issued').length === 0")
    until(page, "document.querySelectorAll('#rows .origin.backtest').length === 0")
    assert page.locator("#rows .badge.hollow").count() == page.locator("#rows tr").count() > 0
    page.select_option("#filters [name=reason]", "stop_loss")
    says(page, "#no-rows", "No decision fits these filters")
    assert page.errors == []
