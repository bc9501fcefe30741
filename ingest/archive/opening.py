"""The archive of the settings, ready to be imported from."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from ingest.archive.client import ArchiveClient
from ingest.archive.importing import FileImport
from ingest.archive.quarantine import Quarantine
from ingest.keeper import Keeper
from ingest.pager import Pager
from ingest.patience import Patience
from ingest.settings import IngestSettings
from market.outbound import allow
from market.ports import ArchiveStore, KlineSource


@asynccontextmanager
async def opened_archive(
    settings: IngestSettings, store: ArchiveStore, exchange: KlineSource, keeper: Keeper, patience: Patience
) -> AsyncIterator[FileImport | None]:
    """None where no archive is set; `OPA_EXCHANGE_ARCHIVE` is that of the exchange `OPA_EXCHANGE`."""
    if not settings.exchange_archive or exchange.exchange != settings.exchange:
        yield None
        return
    allow([settings.exchange_archive])
    client = ArchiveClient(settings.exchange_archive, patience)
    quarantine = Quarantine(settings.state_dir / "quarantine")
    try:
        yield FileImport(client, store, quarantine, keeper, Pager(exchange, patience))
    finally:
        await client.close()
