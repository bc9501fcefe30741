"""What the page says when it cannot be trusted: stale data, services that are away, and their return."""

from typing import Any

import pytest

from market.interval import HOUR
from tests.console.browsing import open_market, says, until
from tests.console.house import House

pytestmark = pytest.mark.browser


def test_old_data_is_called_stale(page: Any, house: House) -> None:
    house.clock.time += 3 * HOUR
    try:
        page.goto(f"{house.address}/#/market/simulated/BTCUSDT/1h")
        page.wait_for_selector("body[data-state=stale]")
        says(page, "#freshness", "Stale · last candle closed 3\u00a0h ago")
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


def test_what_is_shown_stays_while_the_apis_are_away_and_moves_on_when_they_are_back(
    page: Any, house: House
) -> None:
    open_market(page, house)
    price = page.inner_text("#tile-price .big")
    house.take_away()
    try:
        page.wait_for_selector("body[data-state=away]", timeout=60_000)
        says(page, "#problem", "the historic API does not answer")
        says(page, "#problem", "What is shown is from")
        assert page.inner_text("#tile-price .big") == price
        assert page.locator("#rows tr").count() == 50
    finally:
        house.bring()
    page.wait_for_selector("body[data-state=live]", timeout=60_000)
    until(page, "document.querySelector('#problem').hidden")
    assert page.locator("#rows tr").count() == 50
