"""A populate run through the simulator's archive, the memory twins behind it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path

import pytest

from ingest.archive.choice import Via
from ingest.archive.client import ArchiveClient
from ingest.archive.importing import FileImport
from ingest.archive.quarantine import Quarantine
from ingest.keeper import Keeper
from ingest.pager import Pager
from ingest.patience import Patience
from ingest.plan import Wanted
from ingest.populate import Populate, Report
from ingest.progress import Lines
from market.store.memory import MemoryKlineStore
from market.store.memory_archive import MemoryArchiveStore
from tests.ingest.conftest import exchange_at
from tests.simulator_fixture import Simulator

Run = Callable[..., Awaitable[Report]]


@pytest.fixture
def spoilable(simulator: Simulator) -> Iterator[Simulator]:
    """The archive and the history are as they should be again afterwards."""
    yield simulator
    simulator.control.clear_archive_faults()
    simulator.control.restore_history()


@pytest.fixture
def files(klines: MemoryKlineStore) -> MemoryArchiveStore:
    """What was imported."""
    return MemoryArchiveStore(klines)


@pytest.fixture
def quarantine(tmp_path: Path) -> Path:
    """Where odd lines go."""
    return tmp_path / "quarantine"


@pytest.fixture
def run(spoilable: Simulator, keeper: Keeper, files: MemoryArchiveStore, quarantine: Path) -> Run:
    """One series, by way of the archive unless the test says otherwise."""

    async def populate(
        wanted: Wanted, *, via: Via = Via.ARCHIVE, refresh: bool = False, address: str | None = None
    ) -> Report:
        patience, exchange = Patience(2), exchange_at(spoilable.rest_url, spoilable.ws_url)
        client = ArchiveClient(address or spoilable.url, patience)
        importer = FileImport(client, files, Quarantine(quarantine), keeper, Pager(exchange, patience))
        try:
            [report] = await Populate(
                exchange, keeper, patience, Lines(), refresh=refresh, files=importer, via=via
            ).run([wanted])
            return report
        finally:
            await client.close()
            await exchange.close()

    return populate
