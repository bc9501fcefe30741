"""The work behind each command; `cli.py` only reads options."""

from __future__ import annotations

import asyncio
import logging
import signal
from collections.abc import Coroutine, Sequence
from contextlib import closing
from datetime import timedelta
from functools import partial
from typing import Any, Final

from rich.console import Console

from ingest.attendants import attendants
from ingest.exchanges import open_exchange
from ingest.finding import Finding
from ingest.keeper import Keeper
from ingest.market_clock import SampledClock
from ingest.metrics import Metrics, serving
from ingest.patience import Patience
from ingest.plan import Wanted
from ingest.populate import Populate, Report
from ingest.progress import Bars, Lines
from ingest.recheck import Rechecker
from ingest.settings import IngestSettings
from ingest.stream import LiveStream
from ingest.sums import pairs, verify_sums
from ingest.together import together
from ingest.verify import verify_series
from ingest.wiring import Stores
from market.interval import Interval, Series

log = logging.getLogger(__name__)
_ATTEMPTS: Final = 8


async def populate(
    settings: IngestSettings, stores: Stores, wanted: Sequence[Wanted], *, refresh: bool
) -> list[Report]:
    """Fill history; the reports of a finished run."""
    exchange, patience = open_exchange(settings), Patience(_ATTEMPTS)
    console = Console(stderr=True)
    try:
        with (
            closing(Keeper(stores.klines, patience)) as keeper,
            Bars(console) if console.is_terminal else Lines() as progress,
        ):
            reports = await Populate(exchange, keeper, patience, progress, refresh=refresh).run(wanted)
            # Whoever works on the history next needs to know what time it is on this market.
            clock = SampledClock()
            await patience.call("exchange time", partial(clock.start, exchange.server_time))
            await keeper.run(lambda: stores.clock.save(settings.exchange, clock.now(), clock.speed))
            return reports
    finally:
        await exchange.close()


async def stream(settings: IngestSettings, stores: Stores, wanted: Sequence[tuple[str, Interval]]) -> None:
    """Follow the market until SIGTERM or Ctrl-C."""
    exchange, retention = open_exchange(settings), timedelta(days=settings.tick_retention_days)
    metrics = Metrics()
    with (
        closing(Keeper(stores.klines, Patience(None))) as keeper,
        serving(metrics, settings.listen_host, settings.ingest_metrics_port),
    ):
        live = LiveStream(exchange, keeper, stores.ticks, stores.clock, retention)
        beside = attendants(live, exchange, keeper, stores.health, metrics)
        try:
            await until_stopped(together(live.run(wanted), *beside))
        finally:
            await exchange.close()


async def until_stopped(work: Coroutine[Any, Any, None]) -> None:
    """Run until the work fails or SIGTERM asks for its end."""
    task = asyncio.create_task(work)
    stopped = False

    def stop() -> None:
        nonlocal stopped
        stopped = True
        task.cancel()

    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop)
    try:
        await task
    except asyncio.CancelledError:
        if not stopped:
            raise
        log.info("stopped on request")


def verify(stores: Stores, chosen: Sequence[Series], market_now: int) -> list[Finding]:
    """What is wrong in the store itself."""
    findings = [each for series in chosen for each in verify_series(stores.klines, series, market_now)]
    for fine, coarse in pairs(chosen):
        findings += verify_sums(stores.klines, fine, coarse)
    return findings


async def recheck(
    settings: IngestSettings, stores: Stores, chosen: Sequence[Series], days: float, *, keep: bool
) -> list[Finding]:
    """Read the last days and a part of the older history again; what the exchange says differently today."""
    exchange, patience = open_exchange(settings), Patience(_ATTEMPTS)
    try:
        with closing(Keeper(stores.klines, patience)) as keeper:
            rechecker = Rechecker(exchange, keeper, stores.health, patience, days=days, keep=keep)
            now = await patience.call("exchange time", exchange.server_time)
            ours = [series for series in chosen if series.exchange == settings.exchange]
            return [each for series in ours for each in await rechecker.run(series, now)]
    finally:
        await exchange.close()
