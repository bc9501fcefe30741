from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from playwright.sync_api import sync_playwright

from api_historic.app import create_app as historic_app
from api_historic.deps import Stores
from console.app import create_app as console_app
from market.store.memory import MemoryTickStore
from model_service.app import create_app as model_app
from model_service.deps import Service
from model_service.registry import Shelf
from tests.api_historic.conftest import AwayKlines, AwayLog
from tests.api_historic.serving import serving
from tests.console.seed import NOW, Seeded, seeded
from up.ports import free_port
from web.keys import Keys

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
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    stores, clock = seeded(), MarketClock()
    held = Stores(stores.klines, stores.ticks, stores.klines.changes, lambda _exchange: clock)
    shelf = Shelf(tmp_path_factory.mktemp("models"))
    judged = Service(
        stores.klines, stores.decisions, shelf, lambda _exchange: clock, lambda _jobs, _force: None
    )
    with (
        serving(historic_app(held, Keys.only(KEY))) as historic,
        serving(model_app(judged, Keys.only(KEY))) as model,
        serving(console_app({"historic": historic, "model": model}, KEY)) as address,
    ):
        yield House(address, stores, clock)


@pytest.fixture(scope="module")
def lonely() -> Iterator[str]:
    """A console whose APIs are away."""
    away = f"http://127.0.0.1:{free_port()}"
    with serving(console_app({"historic": away, "model": away}, KEY)) as address:
        yield address


@pytest.fixture(scope="module")
def without_database() -> Iterator[str]:
    """A console whose historic API runs without its database."""
    log = AwayLog()
    klines = AwayKlines(log)
    held = Stores(klines, MemoryTickStore(klines), log, lambda _exchange: MarketClock())
    with (
        serving(historic_app(held, Keys.only(KEY))) as historic,
        serving(console_app({"historic": historic, "model": historic}, KEY)) as address,
    ):
        yield address


@pytest.fixture(scope="module")  # its event loop runs as long as it does: no asyncio test may come between
def chromium() -> Iterator[Any]:
    quiet = [
        "--no-sandbox",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
    ]
    with sync_playwright() as running:
        browser = running.chromium.launch(executable_path="/usr/bin/chromium", args=quiet)
        yield browser
        browser.close()
