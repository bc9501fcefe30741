"""Training several series at once, with a bar for each."""

from __future__ import annotations

import logging
import multiprocessing
import signal
from collections.abc import Sequence
from concurrent.futures import Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from typing import Final

from rich.console import Console

from market.errors import InvalidInput, MarketError, Terminal, Transient
from market.interval import Series
from market.logs import start_logging
from market.ports import DecisionStore, Job, ServiceName
from market.store import MySQLLifecycleStore, StoredClock
from model_service.jobs import Stopped, end_unfinished, reported, stop_soon
from model_service.lifecycle.timeline import not_trained, trained
from model_service.progress import Bars, Lines, Watched, on_a_screen
from model_service.settings import ModelSettings
from model_service.training import train_series
from model_service.wiring import database, workshop

PROCESSES: Final = 2
_LOOK_EVERY_S: Final = 0.5
_KILLED: Final = "stopped: a training process was killed; the model in use goes on, train again"


def train_all(
    store: DecisionStore, jobs: Sequence[Job], settings: ModelSettings, *, force: bool
) -> tuple[list[str], list[str]]:
    """Train each job's series in up to two processes; what was refused and what failed, in words.

    SIGTERM ends every job at its next safe point.
    """
    signal.signal(signal.SIGTERM, _pass_on)
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(min(PROCESSES, len(jobs)), context, _quiet, (settings.log_level,)) as pool:
        running = {pool.submit(train_one, job, settings, force): job for job in jobs}
        try:
            _show(store, running)
        except KeyboardInterrupt:
            pool.shutdown(wait=False, cancel_futures=True)
            raise
    for future, job in running.items():
        if isinstance(future.exception(), BrokenProcessPool):
            clock = StoredClock(database(), Series.parse(job.series).exchange)
            end_unfinished(store, job, clock, _KILLED)
    failed = [f"{job.series}: {error}" for future, job in running.items() if (error := future.exception())]
    refused = [
        f"{job.series}: {future.result()}"
        for future, job in running.items()
        if not future.exception() and future.result()
    ]
    return refused, failed


def train_one(job: Job, settings: ModelSettings, force: bool) -> str:
    """Train one series in this process; why it was refused, such as too little history, else nothing.

    Either is in the job's row; a failure is raised.
    """
    db = database()
    shop = workshop(settings, db)
    series = Series.parse(job.series)
    clock, life = StoredClock(db, series.exchange), MySQLLifecycleStore(db)
    try:
        with reported(shop.decisions, job, clock.now) as report:
            life.add_events(trained(train_series(shop, series, report, force=force)))
    except Stopped:
        return ""
    except InvalidInput as error:
        life.add_events([not_trained(series, clock.now(), str(error), refused=True)])
        return str(error)
    except MarketError as error:
        if not isinstance(error, Transient):
            life.add_events([not_trained(series, clock.now(), str(error), refused=False)])
        # Across processes an error travels as text; its class may want other arguments to be rebuilt.
        raise Terminal(str(error)) from None
    return ""


def _quiet(level: str) -> None:
    signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.signal(signal.SIGTERM, stop_soon)
    start_logging(ServiceName.SCORER, max(level, "WARNING", key=logging.getLevelName))


def _pass_on(*_signal: object) -> None:
    for each in multiprocessing.active_children():
        each.terminate()


def _show(store: DecisionStore, running: dict[Future[str], Job]) -> None:
    with on_a_screen(Console(stderr=True)) as bars:
        watched = Watched(running.values(), Bars(bars) if bars else Lines())
        waiting = set(running)
        while waiting:
            _, waiting = wait(waiting, timeout=_LOOK_EVERY_S)
            watched.look(store.jobs(10 * len(running)))
