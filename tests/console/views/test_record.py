"""The track record on the page is the track record of the API, with what is not known said."""

from __future__ import annotations

from typing import Any

import pytest

from tests.console.views.conftest import DemoHouse
from tests.console.views.looking import Looking
from tests.console.views.written import count, percent, ratio, share, tied

pytestmark = pytest.mark.browser
NAMES = {"exchange": "simulated", "symbol": "BTCUSDT", "interval": "1h"}


def record(house: DemoHouse, role: str = "champion") -> Any:
    return house.apis.track_record(**NAMES, role=role)[0]


def test_the_record_at_a_glance(looking: Looking, demo_house: DemoHouse) -> None:
    looking.open("record")
    told = record(demo_house)
    profit = demo_house.ask("model/track-record/profit", **NAMES)
    assert count(told["decisions"]) in looking.tile("Decisions")
    assert share(told["accuracy"]) in looking.tile("Right so far")
    low, high = told["accuracy_interval"]
    assert f"95\u00a0% interval {share(low)} to {share(high)}" in looking.tile("Right so far")
    waiting = looking.tile("Without an outcome")
    assert f"{told['pending']} pending, {told['insufficient']} insufficient" in waiting
    assert told["pending"] > 0
    assert told["insufficient"] > 0
    assert percent(profit["following"]["total"]) in looking.tile("Following the decisions")
    assert share(profit["following"]["max_drawdown"]) in looking.tile("Deepest fall from a high")
    assert tied(told["standing_reason"]) in looking.read("#view")
    looking.is_quiet()


def test_outcomes_by_action_have_intervals_and_base_rates(looking: Looking, demo_house: DemoHouse) -> None:
    looking.open("record")
    told = record(demo_house)
    rows = {row[0]: row for row in looking.table("Outcomes by action")}
    for name, each in {**told["by_action"], "All": told}.items():
        numbers = [each[field] for field in ("decisions", "win", "loss", "pending", "insufficient")]
        assert rows[name][1:6] == [count(number) for number in numbers]
        low, high = each["accuracy_interval"]
        assert rows[name][6:9] == [
            share(each["accuracy"]),
            f"{share(low)} to {share(high)}",
            share(each["base_rate"]),
        ]
    assert looking.page.locator(".parts svg[role=img]").count() == len(rows)


def test_the_reliability_diagram_has_every_bin(looking: Looking, demo_house: DemoHouse) -> None:
    looking.open("record")
    bins = record(demo_house)["calibration"]
    rows = looking.table("Reliability of the forecasts")
    assert [row[2:5] for row in rows] == [
        [count(each["count"]), share(each["forecast"]), share(each["happened"])] for each in bins
    ]
    drawing = looking.page.locator("svg[aria-label^='Reliability']")
    assert drawing.locator(".bin").count() == len(bins)
    assert drawing.locator(".diagonal").count() == 1
    said = drawing.locator(".bin text").all_text_contents()
    assert said == [f"n {count(each['count'])}" for each in bins]


def test_equity_stands_beside_buy_and_hold_and_flat(looking: Looking, demo_house: DemoHouse) -> None:
    looking.open("record")
    profit = demo_house.ask("model/track-record/profit", **NAMES, points=1000)
    rows = looking.table("Worth of 1")
    last = profit["curve"][-1]
    assert len(rows) == len(profit["curve"])
    assert rows[-1][1:] == [ratio(last["following"], 4), ratio(last["buy_and_hold"], 4), "1.0000"]
    falls = [
        float(row[1].replace("−", "-").removesuffix("\u00a0%"))
        for row in looking.table("Fall from the last high")
    ]
    assert share(-min(falls) / 100) == share(profit["following"]["max_drawdown"])


def test_the_challenger_has_a_record_of_its_own(looking: Looking, demo_house: DemoHouse) -> None:
    looking.open("record")
    looking.page.click("label[for='role-Challenger']")
    told = record(demo_house, "challenger")
    looking.says("#view", f"{share(told['accuracy'])}", tied(told["standing_reason"]))
    looking.is_quiet()


def test_arrow_keys_move_through_the_curve(looking: Looking, demo_house: DemoHouse) -> None:
    looking.open("record")
    curve = demo_house.ask("model/track-record/profit", **NAMES, points=1000)["curve"]
    stage = looking.page.locator(".canvas.movable").first
    stage.focus()
    looking.page.keyboard.press("Home")
    looking.page.keyboard.press("ArrowRight")
    said = stage.get_attribute("aria-valuetext")
    assert f"Following {ratio(curve[1]['following'], 4)}" in str(said)
    assert looking.page.locator(".cross circle").count() > 0


def test_a_series_without_decisions_says_so(looking: Looking) -> None:
    looking.open("record", "binance/XRPUSDT/1h")
    looking.says("#view", "No decision of the champion is recorded for this series yet")
    assert not looking.page.is_visible("#simulated")
    looking.is_quiet()
