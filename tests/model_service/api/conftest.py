"""A stocked model API on a free port."""

from __future__ import annotations

from collections.abc import Iterator

import httpx
import pytest

from market.store.memory import MemoryKlineStore, MemoryTickStore
from model_service.app import create_app
from model_service.trained import TrainedModel
from tests.model_service.api.stocked import (
    KEY,
    in_memory,
    service_of,
    service_without_database,
    trained,
    with_a_tick,
)
from tests.model_service.made import Shop, answering
from web.keys import Keys


@pytest.fixture(scope="session")
def model() -> TrainedModel:
    return trained()


@pytest.fixture(scope="session")
def shop(tmp_path_factory: pytest.TempPathFactory, model: TrainedModel) -> Shop:
    return in_memory(tmp_path_factory.mktemp("models"), model)


@pytest.fixture(scope="session")
def client(shop: Shop) -> Iterator[httpx.Client]:
    assert isinstance(shop.klines, MemoryKlineStore)
    ticks = with_a_tick(MemoryTickStore(shop.klines), shop)
    with answering(create_app(service_of(shop, ticks), Keys.only(KEY)), KEY) as made:
        yield made


@pytest.fixture(scope="session")
def without_database(shop: Shop) -> Iterator[httpx.Client]:
    with answering(create_app(service_without_database(shop), Keys.only(KEY)), KEY) as made:
        yield made
