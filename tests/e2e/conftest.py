"""A chain of real parts: simulator with a stopped market clock, MariaDB, Elasticsearch."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from market.store.settings import StoreSettings
from tests.e2e.chain import Chain
from tests.servers import Elastic
from tests.simulator_fixture import Simulator


@pytest.fixture
def chain_on(tmp_path: Path, database: StoreSettings, elastic: Elastic) -> Callable[..., Chain]:
    """`chain_on(simulator, OPA_SYMBOLS=...)`: the rooms' commands against this simulator."""

    def build(simulator: Simulator, **settings: str) -> Chain:
        return Chain(tmp_path, database, elastic, simulator.rest_url, simulator.ws_url, settings)

    return build
