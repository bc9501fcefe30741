"""Loading, failing and empty: every view says so, and never with a blank place."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.console.views.conftest import standing
from tests.console.views.looking import Looking
from tests.console.views.stores import nothing_stored

pytestmark = pytest.mark.browser
_REFUSAL = {
    "title": "Service Unavailable",
    "detail": "the database does not answer",
    "hint": "is it running?",
}


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory, chromium: Any) -> Iterator[Looking]:
    """A house in which nothing is stored yet."""
    with standing(nothing_stored(tmp_path_factory.mktemp("models"))) as house:
        context = chromium.new_context(viewport={"width": 1440, "height": 900})
        yield Looking(context.new_page(), house.address)
        context.close()


@pytest.mark.parametrize(
    ("view", "text"),
    [
        ("portfolio", "Without a price: BTCUSDT, ETHUSDT"),
        ("jobs", "No job has run yet"),
        ("record", "Nothing is stored yet"),
        ("model", "Nothing is stored yet"),
    ],
)
def test_an_empty_house_says_what_will_fill_it(empty: Looking, view: str, text: str) -> None:
    empty.page.goto("about:blank")
    empty.page.goto(f"{empty.address}/#/{view}")
    empty.says("#view", text)
    empty.is_quiet()


@pytest.mark.parametrize("view", ["portfolio", "record", "quality", "model", "what-if", "jobs"])
def test_while_an_answer_is_awaited_its_places_show_it(looking: Looking, view: str) -> None:
    looking.open("jobs" if view == "quality" else "quality")
    api = "historic" if view == "quality" else "model"
    pattern = "**/api/historic/v1/symbols" if view == "quality" else f"**/api/{api}/v1/*"
    looking.page.route(pattern, lambda _route: None)
    try:
        looking.page.evaluate("view => { location.hash = `#/${view}/simulated/BTCUSDT/1h`; }", view)
        looking.until(f"document.querySelector('.view.{view} .waiting')?.checkVisibility()")
        looking.says(f".view.{view} .waiting", "Loading")
    finally:
        looking.page.unroute(pattern)


@pytest.mark.parametrize("view", ["portfolio", "jobs"])
def test_a_failing_answer_is_said_while_what_was_shown_stays(looking: Looking, view: str) -> None:
    looking.open(view)
    looking.page.route("**/api/model/v1/*", lambda route: route.fulfill(status=503, json=_REFUSAL))
    before = looking.read(".view .tiles")
    try:
        looking.says("#problem", "the database does not answer", "is it running?", "What is shown is from")
        assert looking.read(".view .tiles") == before
    finally:
        looking.page.unroute("**/api/model/v1/*")
    looking.until("document.querySelector('#problem').hidden")
    looking.errors.clear()  # the browser notes every refusal


@pytest.mark.parametrize("view", ["portfolio", "record", "quality", "model", "what-if", "jobs"])
def test_a_made_up_market_is_called_so_in_every_view(looking: Looking, view: str) -> None:
    looking.open(view)
    assert looking.page.is_visible("#simulated")
    assert "no market traded them" in looking.read("#simulated").lower()
