"""`score` and `outcomes`: decide candles, and judge what was decided."""

from __future__ import annotations

import signal
from threading import Event
from typing import Annotated

import typer

from market.outbound import confine
from market.ports import ServiceName
from market.store import MySQLDecisionStore, MySQLKlineStore, StoredClock
from market.store.beating import beating
from model_service.outcomes import record_due
from model_service.settings import ModelSettings
from model_service.wiring import database, make_scorer


def score(once: Annotated[bool, typer.Option(help="decide what is due and stop")] = False) -> None:
    """Follow the change log: decide every confirmed candle, record every outcome."""
    confine(ServiceName.SCORER)
    settings = ModelSettings()
    scorer, keeper = make_scorer(settings, database())
    if once:
        typer.echo(f"{scorer.catch_up()} decisions and outcomes written")
        return
    stop = Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    try:
        with beating(ServiceName.SCORER, scorer.figures):
            scorer.run(stop)
    finally:
        keeper.close()


def outcomes() -> None:
    """Record every outcome whose horizon has passed."""
    db = database()
    klines, store = MySQLKlineStore(db), MySQLDecisionStore(db)
    written = 0
    for series, role in sorted({(head.series, head.role) for head in store.chain_heads()}):
        now = StoredClock(db, series.exchange).now()
        written += record_due(klines, store, series, role, now)
    typer.echo(f"{written} outcomes recorded")
