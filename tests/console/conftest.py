import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from api_historic.app import create_app as historic_app
from api_historic.deps import Stores
from console.app import create_app as console_app
from market.store.memory import MemoryTickStore
from tests.api_historic.conftest import AwayKlines, AwayLog
from tests.api_historic.serving import serving
from tests.console.browsing import browser
from tests.console.house import KEY, House, MarketClock, standing
from up.ports import free_port
from web.keys import Keys

IMAGES = Path(__file__).parents[2] / "docs" / "images"


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    with standing(tmp_path_factory.mktemp("models")) as stood:
        yield stood


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
    with browser() as launched:
        yield launched


@pytest.fixture
def page(chromium: Any) -> Iterator[Any]:
    """A page that notes its errors and what it asks for."""
    context = chromium.new_context(viewport={"width": 1440, "height": 980}, color_scheme="light")
    opened = context.new_page()
    opened.errors = []
    opened.asked = []
    opened.on("console", lambda message: message.type == "error" and opened.errors.append(message.text))
    opened.on("pageerror", lambda error: opened.errors.append(str(error)))
    opened.on("request", lambda request: opened.asked.append(request.url))
    yield opened
    context.close()


@dataclass
class Pictures:
    """Pictures of what a test has just seen to be right: docs/images with OPA_UPDATE_IMAGES=1."""

    folder: Path

    def take(self, page: Any, name: str) -> None:
        """Keep the page as it looks now."""
        page.wait_for_timeout(300)
        page.screenshot(path=self.folder / name)
        assert (self.folder / name).stat().st_size > 20_000, "an empty page"


@pytest.fixture
def pictures(tmp_path: Path) -> Pictures:
    return Pictures(IMAGES if os.environ.get("OPA_UPDATE_IMAGES") else tmp_path)
