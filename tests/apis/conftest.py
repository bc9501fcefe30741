"""Both APIs on free ports over one stock."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from market.store import StoreSettings
from model_service.trained import TrainedModel
from tests.apis.house import House, house_in_memory, house_on_database
from tests.model_service.api.stocked import trained


@pytest.fixture(scope="session")
def model() -> TrainedModel:
    return trained()


@pytest.fixture(scope="session")
def house(tmp_path_factory: pytest.TempPathFactory, model: TrainedModel) -> Iterator[House]:
    with house_in_memory(tmp_path_factory.mktemp("models"), model) as made:
        yield made


@pytest.fixture
def house_of_mariadb(
    database: StoreSettings, tmp_path_factory: pytest.TempPathFactory, model: TrainedModel
) -> Iterator[House]:
    with house_on_database(tmp_path_factory.mktemp("models"), model, database) as made:
        yield made
