"""The portfolio on the page is the portfolio of the API."""

from __future__ import annotations

import pytest

from tests.console.views.conftest import DemoHouse
from tests.console.views.looking import Looking
from tests.console.views.written import amount, percent, share

pytestmark = pytest.mark.browser


def test_the_sums_stand_beside_what_following_would_have_made(
    looking: Looking, demo_house: DemoHouse
) -> None:
    looking.open("portfolio")
    (total,) = demo_house.ask("model/portfolio")["totals"]
    assert amount(total["value"]) in looking.tile("Worth now")
    assert "simulated" in looking.tile("Worth now")
    assert amount(total["following"]) in looking.tile("Had it followed the decisions")
    assert amount(total["buy_and_hold"]) in looking.tile("Bought once and held")
    looking.is_quiet()


def test_every_holding_has_its_price_change_and_value(looking: Looking, demo_house: DemoHouse) -> None:
    looking.open("portfolio")
    held = demo_house.ask("model/portfolio")
    prices = demo_house.apis.prices()
    changes = {(each["exchange"], each["symbol"]): each["change_24h"] for each in prices}
    rows = looking.page.locator(".table-card tbody tr").all_inner_texts()
    assert len(rows) == len(held["holdings"]) == 3
    for each, row in zip(held["holdings"], rows, strict=True):
        assert amount(each["value"]) in row
        assert share(float(each["value"]) / float(held["totals"][0]["known_value"])) in row
        if not each["cash"]:
            assert percent(changes[each["exchange"], each["name"]]) in row
            assert amount(each["following"]) in row


def test_the_day_s_change_is_that_of_the_holdings_together(looking: Looking, demo_house: DemoHouse) -> None:
    looking.open("portfolio")
    prices = demo_house.apis.prices()
    changes = {(each["exchange"], each["symbol"]): each["change_24h"] for each in prices}
    held = demo_house.ask("model/portfolio")["holdings"]
    values = [float(each["value"]) for each in held]
    before = [
        value / (1 + changes.get((each["exchange"], each["name"]), 0))
        for value, each in zip(values, held, strict=True)
    ]
    assert percent(sum(values) / sum(before) - 1) in looking.tile("Change in 24 h")


def test_the_curve_has_every_point_of_the_history(looking: Looking, demo_house: DemoHouse) -> None:
    looking.open("portfolio")
    (history,) = demo_house.ask("model/portfolio/history", points=400)["histories"]
    rows = looking.table("Worth in USDT")
    assert len(rows) == len(history["points"])
    for row, point in zip(rows[:: len(rows) // 5], history["points"][:: len(rows) // 5], strict=True):
        shown = [amount(point[name]) + "\u00a0USDT" for name in ("value", "following", "buy_and_hold")]
        assert row[1:] == shown


def test_a_shorter_period_is_followed_from_its_start(looking: Looking, demo_house: DemoHouse) -> None:
    looking.open("portfolio")
    looking.page.click("label[for='since-7 d']")
    looking.until(
        "document.querySelector('#view').innerText.includes('Decisions are followed since 2026-09-14')"
    )
    start = demo_house.demo.clock.time - 7 * 86_400_000
    (total,) = demo_house.ask("model/portfolio", start=start)["totals"]
    looking.says("#view", amount(total["following"]))
    looking.is_quiet()
