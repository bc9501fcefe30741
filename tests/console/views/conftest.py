"""The console over both APIs on the demo, and a page in a real browser that notes what goes wrong."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import httpx
import pytest

from api_historic.app import create_app as historic_app
from api_historic.deps import Stores
from console.app import create_app as console_app
from model_service.app import create_app as model_app
from tests.api_historic.serving import serving
from tests.console.conftest import KEY
from tests.console.views.demo import Demo, demo
from web.keys import Keys


@dataclass
class DemoHouse:
    """The console, what is behind it, and a client of the same two APIs."""

    address: str
    demo: Demo
    client: httpx.Client

    def ask(self, path: str, **parameters: Any) -> Any:
        """What an API answers through the console's proxy: `historic/...` or `model/...`, without `/v1`."""
        api, _, rest = path.partition("/")
        answer = self.client.get(f"/api/{api}/v1/{rest}", params=parameters)
        answer.raise_for_status()
        return answer.json()


@pytest.fixture(scope="session")
def demo_house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DemoHouse]:
    made = demo(tmp_path_factory.mktemp("models"))
    held = Stores(made.klines, made.ticks, made.klines.changes, lambda _exchange: made.clock)
    with (
        serving(historic_app(held, Keys.only(KEY))) as historic,
        serving(model_app(made.service(), Keys.only(KEY))) as model,
        serving(console_app({"historic": historic, "model": model}, KEY)) as address,
        httpx.Client(base_url=address, timeout=60) as client,
    ):
        yield DemoHouse(address, made, client)
