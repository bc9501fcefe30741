"""Both APIs over one stock that holds what their examples name, on the twins or on a real database."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from api_historic.app import create_app as historic_app
from api_historic.deps import Stores
from market.interval import END_OF_TIME, Series
from market.ports import ChangeLog, KlineStore, TickStore
from market.store import (
    Database,
    MySQLChangeLog,
    MySQLDecisionStore,
    MySQLKlineStore,
    MySQLTickStore,
    StoreSettings,
)
from market.store.memory import MemoryKlineStore, MemoryTickStore
from model_service.app import create_app as model_app
from model_service.deps import Service
from model_service.trained import TrainedModel
from tests.api_historic.serving import serving
from tests.model_service.api.stocked import in_memory, market, on_database, service_of, with_a_tick
from tests.model_service.made import Shop, open_shop
from web.keys import Key, Keys, Scope, digest

OPERATE_KEY: Final = "a-key-that-operates"
READ_KEY: Final = "a-key-that-reads"
# A market that no request asks for.
HIDDEN: Final = "HIDDENUSDT"
KEYS: Final = Keys(
    (
        Key("operator", Scope.OPERATE, digest(OPERATE_KEY)),
        Key("reader", Scope.READ, digest(READ_KEY)),
    )
)


@dataclass(frozen=True)
class House:
    """Addresses of both APIs and the stock behind them."""

    historic: str
    model: str
    shop: Shop

    @property
    def addresses(self) -> dict[str, str]:
        """By the name of the API."""
        return {"historic": self.historic, "model": self.model}

    def store_a_candle(self) -> None:
        """The next candle of the hidden market, confirmed as ingest does it: the change log tells of it."""
        hidden = _hidden(self.shop)
        stored = hidden.klines.read(hidden.series, 0, END_OF_TIME).num_rows
        hidden.confirm(market()[stored : stored + 1])


@contextmanager
def house_in_memory(folder: Path, model: TrainedModel) -> Iterator[House]:
    """Both APIs over the twins."""
    shop = in_memory(folder, model)
    _hide_a_market(shop)
    assert isinstance(shop.klines, MemoryKlineStore)
    ticks = with_a_tick(MemoryTickStore(shop.klines), shop)
    with _opened(shop, shop.klines, ticks, shop.changes, service_of(shop, ticks)) as house:
        yield house


@contextmanager
def house_on_database(folder: Path, model: TrainedModel, settings: StoreSettings) -> Iterator[House]:
    """Both APIs over a database, with the rights that they have in production."""
    shop = on_database(folder, model, settings)
    _hide_a_market(shop)
    with_a_tick(MySQLTickStore(Database(settings, "ingest")), shop)
    reader, judge = Database(settings, "reader"), Database(settings, "model")
    service = replace(
        service_of(shop, MySQLTickStore(judge)),
        klines=MySQLKlineStore(judge),
        decisions=MySQLDecisionStore(judge),
    )
    with _opened(
        shop, MySQLKlineStore(reader), MySQLTickStore(reader), MySQLChangeLog(reader), service
    ) as house:
        yield house


def _hide_a_market(shop: Shop) -> None:
    """Store a market that no example names."""
    open_shop(_hidden(shop))
    _hidden(shop).confirm(market()[:200])


def _hidden(shop: Shop) -> Shop:
    return replace(shop, series=Series.of(shop.series.exchange, HIDDEN, "1h"))


@contextmanager
def _opened(
    shop: Shop, klines: KlineStore, ticks: TickStore, changes: ChangeLog, service: Service
) -> Iterator[House]:
    stores = Stores(klines, ticks, changes, lambda _exchange: shop.clock)
    with (
        serving(historic_app(stores, KEYS)) as historic,
        serving(model_app(service, KEYS)) as model,
    ):
        yield House(historic, model, shop)
