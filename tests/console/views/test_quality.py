"""What is missing, changed and old is drawn and told as the API tells it."""

from __future__ import annotations

import pytest

from market.interval import HOUR
from tests.console.views.conftest import DemoHouse
from tests.console.views.looking import Looking
from tests.console.views.written import count, moment

pytestmark = pytest.mark.browser
NAMES = {"exchange": "simulated", "symbol": "BTCUSDT", "interval": "1h"}
HOLES = "Holes of BTCUSDT 1h"
REVISIONS = "Revisions of BTCUSDT 1h"


def test_the_state_of_all_series_at_a_glance(looking: Looking, demo_house: DemoHouse) -> None:
    looking.open("quality")
    stored = [each for market in demo_house.apis.symbols() for each in market["intervals"]]
    total = {
        name: sum(each[name] for each in stored) for name in ("rows", "missing_bars", "holes", "revisions")
    }
    assert "3 of 3" in " ".join(looking.tile("Series that are fresh").split())
    assert count(total["rows"]) in looking.tile("Candles stored")
    assert count(total["missing_bars"]) in looking.tile("Candles missing")
    assert count(total["holes"]) in looking.tile("Holes")
    assert "1 without a known reason" in looking.tile("Holes")
    assert count(total["revisions"]) in looking.tile("Candles revised")
    looking.is_quiet()


def test_the_timeline_has_a_lane_for_each_series_with_its_holes_by_reason(
    looking: Looking, demo_house: DemoHouse
) -> None:
    looking.open("quality")
    report = demo_house.ask("historic/coverage", **NAMES)
    timeline = looking.page.locator("svg[aria-label^='Coverage of 3 series']")
    assert timeline.locator(".lane-name").count() == 3
    for reason in {each["reason"] for each in report["holes"]}:
        expected = sum(each["reason"] == reason for each in report["holes"])
        assert timeline.locator(f".hole.{reason}").count() == expected
    revised = demo_house.ask("historic/revisions", **NAMES)
    assert timeline.locator(".revised").count() == revised["total"] == 2
    widths = timeline.locator(".hole").evaluate_all("holes => holes.map(each => each.width.baseVal.value)")
    assert min(widths) >= 3
    looking.page.click("label[for='period-7 d']")
    looking.until("document.querySelectorAll('.lane-name').length === 3")
    assert timeline.locator(".hole").count() == 0


def test_holes_and_revisions_are_told_one_by_one(looking: Looking, demo_house: DemoHouse) -> None:
    looking.open("quality")
    holes = sorted(demo_house.ask("historic/coverage", **NAMES)["holes"], key=lambda each: -each["start"])
    rows = looking.card(HOLES).locator("tbody tr").all_inner_texts()
    assert len(rows) == len(holes)
    for row, hole in zip(rows, holes, strict=True):
        assert moment(hole["start"]) in row
        assert hole["evidence"] in row
    revisions = demo_house.ask("historic/revisions", **NAMES)["revisions"][::-1]
    told = looking.card(REVISIONS).locator("tbody tr").all_inner_texts()
    assert [moment(each["open_time"]) in row for each, row in zip(revisions, told, strict=True)] == [
        True,
        True,
    ]
    assert "withdrawn: the exchange took the candle back" in told[0]
    assert "volume" in told[1]


def test_the_sources_of_a_series_are_shares_of_its_candles(looking: Looking, demo_house: DemoHouse) -> None:
    looking.open("quality")
    ranges = demo_house.ask("historic/coverage", **NAMES)["ranges"]
    said = looking.page.locator("svg[aria-label^='Sources of BTCUSDT 1h']").get_attribute("aria-label")
    for source in ("archive", "rest"):
        bars = sum((each["end"] - each["start"]) // HOUR for each in ranges if each["source"] == source)
        assert f"{source.upper() if source == 'rest' else source} {count(bars)} (" in str(said)


def test_an_old_series_is_called_stale(looking: Looking, demo_house: DemoHouse) -> None:
    demo_house.demo.clock.time += 3 * HOUR
    try:
        looking.open("quality", state="stale")
        looking.says(".chip.bad", "stale · 3\u00a0h")
        assert "0 of 3" in " ".join(looking.tile("Series that are fresh").split())
        looking.is_quiet()
    finally:
        demo_house.demo.clock.time -= 3 * HOUR


def test_no_column_of_the_holes_and_revisions_is_out_of_sight(looking: Looking) -> None:
    looking.page.set_viewport_size({"width": 1280, "height": 800})
    try:
        looking.open("quality")
        tables = "[...document.querySelectorAll('.quality .scroll')]"
        looking.until(f"{tables}.every((each) => each.scrollWidth <= each.clientWidth)")
    finally:
        looking.page.set_viewport_size({"width": 1440, "height": 900})
