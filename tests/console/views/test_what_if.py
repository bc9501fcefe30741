"""What if: the sliders ask the API, the record stays as it is."""

from __future__ import annotations

from typing import Any

import pytest

from market.interval import HOUR, parse_time
from tests.console.views.conftest import DemoHouse
from tests.console.views.looking import Looking
from tests.console.views.written import percent, ratio, share

pytestmark = pytest.mark.browser
NAMES = {"exchange": "simulated", "symbol": "BTCUSDT", "interval": "1h"}


def asked(house: DemoHouse, **settings: float) -> Any:
    return house.apis.what_if(**NAMES, **settings, points=400)


def figures(looking: Looking) -> dict[str, list[str]]:
    rows = (
        looking.card("Recorded beside changed")
        .locator(".scroll")
        .first.locator("tbody")
        .evaluate("body => [...body.rows].map(row => [...row.cells].map(cell => cell.innerText))")
    )
    return {row[0]: row[1:] for row in rows}


def test_at_first_the_sliders_are_as_recorded(looking: Looking, demo_house: DemoHouse) -> None:
    looking.open("what-if")
    looking.says("#view", "as recorded", "Nothing is changed", "No model is trained, no decision is written")
    same = asked(demo_house)
    sides = ("ledger", "what_if", "buy_and_hold")
    assert figures(looking)["Total return"] == [percent(same[side]["total"]) for side in sides]
    assert looking.page.input_value("#set-fee_bp") == "7.5"
    assert looking.page.input_value("#set-margin") == "0.0001"
    looking.is_quiet()


def test_of_a_long_record_the_newest_candles_are_asked_for(looking: Looking, demo_house: DemoHouse) -> None:
    looking.open("jobs")
    with looking.page.expect_request("**/v1/what-if") as question:
        looking.open("what-if")
    newest = next(demo_house.apis.decisions(**NAMES, role="champion", origin=["live", "late"]))
    since = parse_time(question.value.post_data_json["start"])
    assert newest["open_time"] - since == (99_000 - 1) * HOUR
    assert "of a longer record" not in looking.read("#view")


def test_a_moved_slider_stands_beside_the_record(looking: Looking, demo_house: DemoHouse) -> None:
    before = [*demo_house.apis.decisions(**NAMES)]
    looking.open("what-if")
    looking.page.focus("#set-fee_bp")
    for _ in range(4):
        looking.page.keyboard.press("PageUp")
    fee = float(looking.page.input_value("#set-fee_bp"))
    assert fee > 20
    other = asked(demo_house, fee_bp=fee)
    looking.says(".card-head .chip", f"{other['changed']} of {other['decisions']} decisions change")
    assert other["changed"] > 0
    shown = figures(looking)
    assert shown["Total return"][:2] == [percent(other[side]["total"]) for side in ("ledger", "what_if")]
    assert shown["Sharpe ratio, per year"][:2] == [
        ratio(other[side]["sharpe"]) for side in ("ledger", "what_if")
    ]
    assert shown["Paid in fees and slippage"][1] == share(other["what_if"]["cost"], 2)
    for heading, field in (
        ("Missed", "missed"),
        ("Avoided", "avoided"),
        ("Found", "found"),
        ("Incurred", "incurred"),
    ):
        assert str(other[field]["count"]) in looking.tile(heading)
    assert percent(other["what_if"]["total"]) in looking.read(".glance")
    assert [*demo_house.apis.decisions(**NAMES)] == before
    looking.is_quiet()


def test_many_movements_are_one_question(looking: Looking) -> None:
    looking.open("what-if")
    questions = sum(url.endswith("/what-if") for url in looking.asked)
    looking.page.focus("#set-margin")
    for _ in range(20):
        looking.page.keyboard.press("ArrowRight")
    looking.says(".glance", "tried")
    looking.until("!document.querySelector('.results [aria-busy]')")
    assert sum(url.endswith("/what-if") for url in looking.asked) - questions < 10
    looking.is_quiet()


def test_a_setting_is_kept_in_the_address_and_can_be_taken_back(
    looking: Looking, demo_house: DemoHouse
) -> None:
    looking.open("what-if", "simulated/BTCUSDT/1h?cool_down=100&fee_bp=12")
    assert looking.page.input_value("#set-cool_down") == "100"
    looking.says(".slider.moved output", "12\u00a0bp")
    looking.page.click("text=All as recorded")
    looking.says(".glance", "nothing is tried yet")
    assert looking.page.url.endswith("#/what-if/simulated/BTCUSDT/1h")
    assert looking.page.input_value("#set-fee_bp") == "7.5"


def test_a_series_without_decisions_is_refused_in_words(looking: Looking) -> None:
    looking.open("what-if", "binance/XRPUSDT/1h")
    looking.says("#view", "No decision is recorded for this series yet")
    looking.is_quiet()


TOO_LONG = {"title": "Service Unavailable", "hint": "ask for a shorter period or a smaller page"}


def test_it_shows_that_it_works_and_then_what_refuses_with_the_way_out(looking: Looking) -> None:
    looking.open("what-if")
    held: list[Any] = []
    looking.page.route("**/what-if", lambda route: held.append(route))

    def refuse(status: int, detail: str) -> None:
        for _ in range(1_200):
            if held:
                return held.pop().fulfill(status=status, json={**TOO_LONG, "detail": detail})
            looking.page.wait_for_timeout(50)
        raise AssertionError("nothing was asked within a minute")

    try:
        looking.page.focus("#set-fee_bp")
        looking.page.keyboard.press("PageUp")
        looking.says(".glance", "Deciding the recorded ledger again")
        looking.until("document.querySelector('.results [aria-busy]')?.innerText.includes('Total return')")
        assert looking.page.get_attribute("body", "data-state") == "live"
        refuse(503, "the answer has taken more than 15 s")
        looking.says(".results", "Service Unavailable", TOO_LONG["hint"])
        looking.says(".glance", "more than 15\u00a0s")
        assert looking.page.is_hidden("#problem")
        looking.page.click("text=Try again")
        looking.until("document.querySelector('.results [aria-busy]')")
        refuse(422, "too many decisions")
        looking.says(".results", "too many decisions", TOO_LONG["hint"])
        looking.until("!document.querySelector('.again')")
    finally:
        looking.page.unroute("**/what-if")
    looking.errors.clear()  # the browser notes every refusal
    looking.page.click("text=All as recorded")
    looking.says(".results", "Total return")


def test_an_answer_that_never_comes_is_not_taken_for_a_console_that_is_away(looking: Looking) -> None:
    looking.open("what-if")
    looking.page.route("**/what-if", lambda _route: None)
    shorter = "real => { AbortSignal.timeout = ms => real.call(AbortSignal, ms > 20000 ? 2000 : ms); }"
    try:
        looking.page.evaluate(f"({shorter})(AbortSignal.timeout)")
        looking.page.focus("#set-fee_bp")
        looking.page.keyboard.press("PageUp")
        looking.says(".results", "No answer in time", "Try again")
    finally:
        looking.page.unroute("**/what-if")
        looking.page.reload()
