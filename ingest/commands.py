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

from ingest.archive.choice import Via
from ingest.archive.opening import opened_archive
from ingest.attendants import attendants
from ingest.figures import figures
from ingest.finding import Finding
from ingest.keeper import Keeper
from ingest.live import Exchange
from ingest.market_clock import SampledClock
from ingest.metadata import keep_metadata
from ingest.metrics import Metrics, serving
from ingest.patience import DATABASE_WAIT_S, Patience
from ingest.plan import Wanted
from ingest.populate import Populate, Report
from ingest.progress import Bars, Lines
from ingest.recheck import Rechecker
from ingest.selection import expand, on_each, select
from ingest.settings import IngestSettings
from ingest.stream import LiveStream
from ingest.sums import pairs, verify_sums
from ingest.together import together
from ingest.verify import verify_series
from ingest.wiring import Stores
from market.choice import Choice
from market.interval import Interval, Series
from market.ports import ServiceName
from market.store.beating import beating

log = logging.getLogger(__name__)
_ATTEMPTS: Final = 8
_DATABASE_ATTEMPTS: Final = 120  # about a minute
_WRITERS: Final = 2  # files of two series are loaded at the same time
_LIVE_THREADS: Final = 3  # no close waits for the health of all series or the daily look at history


async def populate(
    settings: IngestSettings,
    stores: Stores,
    wanted: Sequence[Wanted],
    *,
    refresh: bool = False,
    via: Via = Via.AUTO,
) -> list[Report]:
    """Fill history; the reports of a finished run. All exchanges are read at the same time."""
    patience, console = Patience(_ATTEMPTS), Console(stderr=True)
    reports: list[Report] = []
    metrics = Metrics()
    with (
        closing(Keeper(stores.klines, _for_database(_DATABASE_ATTEMPTS), _WRITERS)) as keeper,
        Bars(console) if console.is_terminal else Lines() as progress,
        serving(metrics, settings.listen_host, settings.ingest_metrics_port),
    ):
        metrics.written.append(keeper.written)

        async def work(exchange: Exchange, part: list[Wanted]) -> None:
            metrics.budgets[exchange.exchange] = exchange.budget
            series = await expand(exchange, patience, part)
            async with opened_archive(settings, stores.archive, exchange, keeper, patience) as files:
                run = Populate(exchange, keeper, patience, progress, refresh=refresh, files=files, via=via)
                reports.extend(await run.run(series))
            # Whoever works on the history next needs to know what time it is on this market.
            clock = SampledClock()
            await patience.call("exchange time", partial(clock.start, exchange.server_time))
            await keeper.run(lambda: stores.clock.save(exchange.exchange, clock.now(), clock.speed))

        await on_each(settings, wanted, work)
    return reports


async def stream(
    settings: IngestSettings, stores: Stores, choices: Sequence[Choice], intervals: Sequence[Interval]
) -> None:
    """Follow the markets until SIGTERM or Ctrl-C."""
    retention = timedelta(days=settings.tick_retention_days)
    metrics = Metrics()

    async def work(exchange: Exchange, part: list[Choice]) -> None:
        chosen = await select(exchange, Patience(None), part)
        names = dict.fromkeys(name for found in chosen.values() for name in found)
        followed = [(name, interval) for name in names for interval in intervals]
        with closing(Keeper(stores.klines, _for_database(None), _LIVE_THREADS)) as keeper:
            live = LiveStream(
                exchange, keeper, stores.ticks, stores.clock, retention, settings.trades.kinds()
            )
            beside = attendants(live, exchange, keeper, stores.health, metrics)
            await together(live.run(followed), keep_metadata(exchange, keeper, followed), *beside)

    with (
        serving(metrics, settings.listen_host, settings.ingest_metrics_port),
        beating(ServiceName.INGEST, partial(figures, metrics)),
    ):
        await until_stopped(on_each(settings, choices, work))


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


def verify(stores: Stores, chosen: Sequence[Series]) -> list[Finding]:
    """What is wrong in the store itself."""
    now = {name: stores.market_clock(name).now() for name in {series.exchange for series in chosen}}
    findings = [
        each for series in chosen for each in verify_series(stores.klines, series, now[series.exchange])
    ]
    for fine, coarse in pairs(chosen):
        findings += verify_sums(stores.klines, fine, coarse)
    return findings


async def recheck(
    settings: IngestSettings, stores: Stores, chosen: Sequence[Series], days: float, *, keep: bool
) -> list[Finding]:
    """Read the last days and a part of the older history again; what the exchange says differently today."""
    patience, findings = Patience(_ATTEMPTS), list[Finding]()
    metrics = Metrics()
    with (
        closing(Keeper(stores.klines, _for_database(_DATABASE_ATTEMPTS))) as keeper,
        serving(metrics, settings.listen_host, settings.ingest_metrics_port),
    ):
        metrics.written.append(keeper.written)

        async def work(exchange: Exchange, part: list[Series]) -> None:
            metrics.budgets[exchange.exchange] = exchange.budget
            rechecker = Rechecker(exchange, keeper, stores.health, patience, days=days, keep=keep)
            now = await patience.call("exchange time", exchange.server_time)
            for series in part:
                found = await rechecker.run(series, now)
                metrics.drift[series] += sum(not each.note for each in found)
                findings.extend(found)

        await on_each(settings, [each for each in chosen if each.exchange in settings.exchanges()], work)
    return findings


def _for_database(attempts: int | None) -> Patience:
    return Patience(attempts, longest_s=DATABASE_WAIT_S)
