"""What is read stays where it is read, and what was opened stays open, while the page renews itself."""

from dataclasses import replace
from typing import Any

import pytest

from market.decision import Origin
from market.interval import HOUR
from market.ports import DecisionFilter
from tests.console.browsing import open_market, until
from tests.console.house import House

pytestmark = pytest.mark.browser
# Where a row stands on the screen.
PLACE = "document.querySelector('#rows [data-id=\"{}\"]').getBoundingClientRect().top"


def decided_next(house: House, count: int) -> str:
    """Live decisions on so many further candles of ETH; the id of the newest."""
    wanted = DecisionFilter(symbol="ETHUSDT", origins=(Origin.LIVE,), newest=True, limit=1)
    (last,) = (row.decision for row in house.stores.decisions.read(wanted))
    times = [last.open_time + after * HOUR for after in range(1, count + 1)]
    made = [replace(last, open_time=at, close_time=at + HOUR - 1, decided_at=at + HOUR) for at in times]
    house.stores.decisions.append(made)
    return made[-1].id


def opened(page: Any, house: House) -> str:
    """The market view with a hundred rows, read at the eightieth; its id."""
    open_market(page, house, "simulated/ETHUSDT/1h")
    page.click("#more")
    until(page, "document.querySelectorAll('#rows tr').length === 100")
    page.evaluate("document.querySelectorAll('#rows tr')[79].scrollIntoView()")
    return str(page.evaluate("document.querySelectorAll('#rows tr')[79].dataset.id"))


@pytest.mark.parametrize("width", [1280, 390])
@pytest.mark.parametrize("count", [1, 60])
def test_rows_that_were_asked_for_stay_where_they_are_read(
    page: Any, house: House, count: int, width: int
) -> None:
    page.set_viewport_size({"width": width, "height": 800})
    row = opened(page, house)
    before = page.evaluate(PLACE.format(row))
    newest = decided_next(house, count)
    until(page, f"document.querySelector('#rows tr').dataset.id === '{newest}'")
    assert page.locator("#rows tr").count() >= 100
    assert page.evaluate(PLACE.format(row)) == pytest.approx(before, abs=2)
    page.click("#more")
    until(page, "document.querySelectorAll('#rows tr').length >= 150")
    ids = page.evaluate("[...document.querySelectorAll('#rows tr')].map((each) => each.dataset.id)")
    assert len(set(ids)) == len(ids)
    assert page.errors == []


def test_an_opened_table_of_numbers_stays_open_and_scrolled(page: Any, house: House) -> None:
    open_market(page, house)
    kept = page.evaluate(
        """async () => {
          const { Place } = await import("/js/drawing/panels.js");
          const { Curves } = await import("/js/drawing/curves.js");
          const times = Array.from({ length: 90 }, (_, at) => at * 3600000);
          const curves = (shift) => new Curves({ name: "A curve", times, format: String,
            lines: [{ name: "One", kind: "ours", values: times.map((_, at) => at + shift) }] }).node;
          const place = new Place(curves);
          document.querySelector("#view").append(place.node);
          place.show(0);
          place.node.querySelector("summary").click();
          await new Promise((done) => setTimeout(done, 200));
          place.node.querySelector(".scroll").scrollTop = 321;
          place.show(1);
          const rows = place.node.querySelectorAll("tbody tr").length;
          return [rows, place.node.querySelector(".scroll").scrollTop];
        }"""
    )
    assert kept == [90, 321]
    assert page.errors == []
