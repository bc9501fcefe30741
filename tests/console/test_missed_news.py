"""What a stream could not tell is read: the view that is looked at is shown anew."""

from typing import Any

import pytest

from tests.console.browsing import SERIES, open_market
from tests.console.house import House

pytestmark = pytest.mark.browser


@pytest.mark.parametrize(("view", "whole"), [("market", "limit=500"), ("quality", "/v1/coverage?")])
def test_after_a_reset_a_view_reads_again_all_that_it_shows(
    page: Any, house: House, view: str, whole: str
) -> None:
    page.goto(f"{house.address}/#/{view}/{SERIES}")
    page.wait_for_selector("body[data-state=live]")
    with page.expect_request(lambda asked: whole in asked.url, timeout=60_000):
        house.stores.klines.changes._epoch = f"restored-before-{view}"
    page.wait_for_selector("body[data-state=live]")
    assert page.errors == []


def test_after_a_stream_was_refused_what_came_in_between_is_read(page: Any, house: House) -> None:
    page.clock.install()
    page.route("**/model/v1/stream?**", lambda route: route.fulfill(status=503))
    open_market(page, house)
    page.unroute("**/model/v1/stream?**")
    with page.expect_request(lambda asked: "limit=500" in asked.url, timeout=60_000):
        page.clock.fast_forward(21_000)
    page.wait_for_selector("body[data-state=live]")
