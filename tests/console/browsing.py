"""Looking at the page: what it says is waited for, as its parts are filled one after another."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from playwright.sync_api import sync_playwright

from tests.console.house import House

SERIES = "simulated/BTCUSDT/1h"


@contextmanager
def browser() -> Iterator[Any]:
    """Chromium that asks nobody for anything by itself."""
    quiet = [
        "--no-sandbox",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
    ]
    with sync_playwright() as running:
        launched = running.chromium.launch(executable_path="/usr/bin/chromium", args=quiet)
        yield launched
        launched.close()


def open_market(page: Any, house: House, series: str = SERIES) -> None:
    """The market view of a series, filled."""
    page.goto(f"{house.address}/#/market/{series}")
    page.wait_for_selector("body[data-state=live]")


def says(page: Any, selector: str, text: str) -> None:
    """Wait until a part of the page contains a text."""
    until(page, f"document.querySelector({json.dumps(selector)})?.innerText.includes({json.dumps(text)})")


def until(page: Any, condition: str) -> None:
    """Playwright's own wait evaluates text inside the page, which the page's policy forbids."""
    for _ in range(1_200):
        if page.evaluate(condition):
            return
        page.wait_for_timeout(50)
    raise AssertionError(f"not within a minute: {condition}")


def focused(page: Any) -> str:
    """What has the keyboard, by its text or id."""
    return str(page.evaluate("document.activeElement.id || document.activeElement.innerText"))
