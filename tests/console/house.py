"""The console with both APIs behind it, on seeded stores."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

from api_historic.app import create_app as historic_app
from api_historic.deps import Stores
from console.app import create_app as console_app
from model_service.app import create_app as model_app
from model_service.deps import Service
from model_service.registry import Shelf
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
    """Its two APIs can be taken away and brought back at the same ports."""

    address: str
    stores: Seeded
    clock: MarketClock
    apis: dict[int, Callable[[], Any]]
    running: ExitStack = field(default_factory=ExitStack)

    def bring(self) -> None:
        """Start both APIs; FastAPI makes a route ready at its first request, two servers not at once."""
        for port, app in self.apis.items():
            api = self.running.enter_context(serving(app(), port))
            assert httpx.get(f"{api}/openapi.json", timeout=60).status_code == 200

    def take_away(self) -> None:
        """Stop both APIs."""
        self.running.close()


@contextmanager
def standing(models: Path, stores: Seeded | None = None) -> Iterator[House]:
    """A house with everything running; `models` is an empty folder."""
    stores, clock = stores or seeded(), MarketClock()
    held = Stores(stores.klines, stores.ticks, stores.klines.changes, lambda _exchange: clock)
    judged = Service(
        stores.klines,
        stores.decisions,
        Shelf(models),
        lambda _exchange: clock,
        lambda _jobs, _force: None,
        changes=stores.klines.changes,
    )
    historic, model = free_port(), free_port()
    apis = {
        historic: lambda: historic_app(held, Keys.only(KEY)),
        model: lambda: model_app(judged, Keys.only(KEY)),
    }
    addresses = {"historic": f"http://127.0.0.1:{historic}", "model": f"http://127.0.0.1:{model}"}
    with serving(console_app(addresses, KEY)) as address:
        built = House(address, stores, clock, apis)
        built.bring()
        try:
            yield built
        finally:
            built.take_away()
