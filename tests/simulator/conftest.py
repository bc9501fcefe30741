"""Markets and a server that the tests of this folder share."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from simulator.markets.generated import GeneratedMarket
from simulator.markets.symbols import symbols
from tests.simulator.times import LISTED, START
from tests.simulator_fixture import Simulator, start_simulator


@pytest.fixture(scope="session")
def generated() -> GeneratedMarket:
    """The generated market of seed 7, with a symbol beyond the table."""
    return GeneratedMarket(symbols(["SOLUSDT"], LISTED), seed=7)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Simulator]:
    """One generated market for the tests of a module; its clock stands still until it is moved."""
    folder = tmp_path_factory.mktemp("simulator")
    with start_simulator(folder, OPA_SIMULATOR_SPEED="0", OPA_SIMULATOR_START=START) as running:
        yield running
