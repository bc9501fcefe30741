from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from api_historic.app import create_app as historic_app
from api_historic.deps import Stores
from console.app import create_app as console_app
from tests.api_historic.serving import free_port, serving
from tests.console.record_stub import record_app
from tests.console.seed import NOW, Seeded, seeded

KEY = "a-key-of-some-length"


@dataclass
class MarketClock:
    time: int = NOW

    def now(self) -> int:
        return self.time


@dataclass
class House:
    """The console with both APIs behind it."""

    address: str
    stores: Seeded
    clock: MarketClock


@pytest.fixture(scope="module")
def house() -> Iterator[House]:
    stores, clock = seeded(), MarketClock()
    held = Stores(stores.klines, stores.ticks, stores.klines.changes, lambda _exchange: clock)
    with (
        serving(historic_app(held, KEY)) as historic,
        serving(record_app(stores.decisions, KEY)) as model,
        serving(console_app({"historic": historic, "model": model}, KEY)) as address,
    ):
        yield House(address, stores, clock)


@pytest.fixture(scope="module")
def lonely() -> Iterator[str]:
    """A console whose APIs are away."""
    away = f"http://127.0.0.1:{free_port()}"
    with serving(console_app({"historic": away, "model": away}, KEY)) as address:
        yield address


@pytest.fixture(scope="session")
def chromium() -> Iterator[Any]:
    playwright = pytest.importorskip("playwright.sync_api")
    quiet = [
        "--no-sandbox",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
    ]
    with playwright.sync_playwright() as running:
        browser = running.chromium.launch(executable_path="/usr/bin/chromium", args=quiet)
        yield browser
        browser.close()
