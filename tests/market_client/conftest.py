from collections.abc import Iterator

import pytest

from market_client import MarketClient
from tests.apis.conftest import house, model
from tests.apis.house import OPERATE_KEY, House

__all__ = ["house", "model"]


@pytest.fixture
def client(house: House) -> Iterator[MarketClient]:
    with MarketClient(house.historic, house.model, OPERATE_KEY) as made:
        yield made
