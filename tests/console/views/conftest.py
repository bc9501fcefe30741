"""The console over both APIs on the demo, and a page in a real browser that notes what goes wrong."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import httpx
import pytest

from api_historic.app import create_app as historic_app
from api_historic.deps import Stores
from console.app import create_app as console_app
from market_client import MarketClient
from model_service.app import create_app as model_app
from tests.api_historic.serving import serving
from tests.console.house import KEY
from tests.console.views.demo import demo
from tests.console.views.looking import Looking
from tests.console.views.stores import Demo
from web.keys import Keys


@dataclass
class DemoHouse:
    """The console, what is behind it, the client of the two APIs, and the console's own door to them."""

    address: str
    demo: Demo
    apis: MarketClient
    proxy: httpx.Client

    def ask(self, path: str, **parameters: Any) -> Any:
        """What an API answers through the console's proxy: `historic/...` or `model/...`, without `/v1`."""
        api, _, rest = path.partition("/")
        answer = self.proxy.get(f"/api/{api}/v1/{rest}", params=parameters)
        answer.raise_for_status()
        return answer.json()


@contextmanager
def standing(made: Demo) -> Iterator[DemoHouse]:
    """Both APIs over a demo, and the console before them."""
    held = Stores(made.klines, made.ticks, made.klines.changes, lambda _exchange: made.clock)
    with (
        serving(historic_app(held, Keys.only(KEY))) as historic,
        serving(model_app(made.service(), Keys.only(KEY))) as model,
        serving(console_app({"historic": historic, "model": model}, KEY)) as address,
        MarketClient(historic, model, KEY) as apis,
        httpx.Client(base_url=address, timeout=60) as proxy,
    ):
        for api in (
            historic,
            model,
        ):  # FastAPI makes its routes ready at the first request: not at two at once
            assert proxy.get(f"{api}/openapi.json").status_code == 200
        yield DemoHouse(address, made, apis, proxy)


@pytest.fixture(scope="session")
def demo_house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DemoHouse]:
    with standing(demo(tmp_path_factory.mktemp("models"))) as stood:
        yield stood


@pytest.fixture(scope="module")
def looking(chromium: Any, demo_house: DemoHouse) -> Iterator[Looking]:
    """A page at the size of a laptop, in light."""
    context = chromium.new_context(viewport={"width": 1440, "height": 900}, color_scheme="light")
    yield Looking(context.new_page(), demo_house.address)
    context.close()
