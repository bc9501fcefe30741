"""Markets and a server that the tests of this folder share."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from simulator.markets.generated import GeneratedMarket
from simulator.markets.symbols import symbols
from tests.simulator.times import LISTED, NOW, START
from tests.simulator_fixture import Simulator, start_simulator


@pytest.fixture(scope="session")
def generated() -> GeneratedMarket:
    """The generated market of seed 7, with a symbol beyond the table."""
    return GeneratedMarket(symbols(["SOLUSDT"], LISTED), seed=7)


@pytest.fixture(scope="session")
def shared_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Simulator]:
    """One generated market whose clock stands still until it is moved."""
    folder = tmp_path_factory.mktemp("simulator")
    with start_simulator(folder, OPA_SIMULATOR_SPEED="0", OPA_SIMULATOR_START=START) as running:
        yield running


@pytest.fixture
def server(shared_server: Simulator) -> Simulator:
    """The shared server without faults, its clock at `NOW`."""
    shared_server.control.clear_faults()
    shared_server.control.restore_history()
    shared_server.control.clock(set=NOW, speed=0)
    return shared_server
