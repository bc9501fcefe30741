"""A run against the simulator or a scripted exchange, with the memory twin behind it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import closing
from typing import Any

import pytest

from ingest.exchanges import open_exchange
from ingest.exchanges.binance import BinanceExchange
from ingest.keeper import Keeper
from ingest.patience import Patience
from ingest.plan import Wanted
from ingest.populate import Populate, Report
from ingest.progress import Lines
from ingest.settings import IngestSettings
from ingest.times import parse_time
from market.interval import Interval
from market.store.memory import MemoryKlineStore
from tests.ingest.exchange import ScriptedExchange, serve
from tests.simulator_fixture import START, Simulator, start_simulator

Open = Callable[[ScriptedExchange], Awaitable[BinanceExchange]]


@pytest.fixture(autouse=True)
def _outside_any_project(tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """No `.env` of this machine is read."""
    monkeypatch.chdir(tmp_path)


@pytest.fixture(scope="session")
def _resting_simulator(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Simulator]:
    folder = tmp_path_factory.mktemp("simulator")
    with start_simulator(folder, OPA_SIMULATOR_SPEED="0", OPA_SIMULATOR_START=START) as running:
        yield running


@pytest.fixture
def simulator(_resting_simulator: Simulator) -> Simulator:
    """One for all tests of this room: the clock stands at `START` again, no fault is armed."""
    control = _resting_simulator.control
    control.clear_faults()
    control.clock(set=parse_time(START, 0), speed=0)
    return _resting_simulator


@pytest.fixture
def klines() -> MemoryKlineStore:
    """An empty store."""
    return MemoryKlineStore()


@pytest.fixture
def keeper(klines: MemoryKlineStore) -> Iterator[Keeper]:
    """The way into it."""
    with closing(Keeper(klines, Patience(3))) as kept:
        yield kept


@pytest.fixture
async def connect() -> AsyncIterator[Open]:
    """Opens the real adapter on a scripted exchange."""
    opened: list[Any] = []

    async def open_on(script: ScriptedExchange) -> BinanceExchange:
        server = await serve(script)
        exchange = exchange_at(str(server.make_url("/api")))
        opened.extend([exchange, server])
        return exchange

    yield open_on
    for each in opened:
        await each.close()


def exchange_at(rest: str, stream: str = "ws://127.0.0.1:1/", share: float = 0.6) -> Any:
    """The real adapter."""
    return open_exchange(
        IngestSettings(exchange="simulated", exchange_rest=rest, exchange_ws=stream, weight_share=share)
    )


async def populate(exchange: Any, keeper: Keeper, *wanted: Wanted, refresh: bool = False) -> list[Report]:
    """One run."""
    return await Populate(exchange, keeper, Patience(4), Lines(), refresh=refresh).run(wanted)


async def populate_from(
    simulator: Simulator, keeper: Keeper, *wanted: Wanted, refresh: bool = False
) -> list[Report]:
    """One run against the simulator."""
    exchange = exchange_at(simulator.rest_url, simulator.ws_url)
    try:
        return await populate(exchange, keeper, *wanted, refresh=refresh)
    finally:
        await exchange.close()


def want(symbol: str, interval: str, start: str, end: str = "now") -> Wanted:
    """A series with the times a person wrote."""
    return Wanted(symbol, Interval(interval), start, end)
