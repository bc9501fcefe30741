"""A service that holds what the examples of its routes ask for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

import pandas as pd

from market.decision import Role
from market.errors import StoreUnavailable
from market.interval import HOUR, Interval, Series
from market.ports import EventKind, Job, LifecycleStore, ModelEvent, MonitorState, Reading, TickStore
from market.store import (
    Database,
    MySQLChangeLog,
    MySQLDecisionStore,
    MySQLKlineStore,
    MySQLLifecycleStore,
    StoreSettings,
)
from market.store.memory_decisions import MemoryDecisionStore
from market.store.memory_lifecycle import MemoryLifecycleStore
from market.tick import Tick
from model_service.deps import Service
from model_service.jobs import DONE, new_job
from model_service.portfolio.holdings import parse_portfolio
from model_service.registry import Shelf
from model_service.spec import Spec
from model_service.train import train
from model_service.trained import TrainedModel
from tests.model_service.made import HandClock, Shop, memory_shop, open_shop
from tests.model_service.markets import random_walk

KEY: Final = "a-key-of-the-tests"
SERIES: Final = Series.of("simulated", "BTCUSDT", "1h")
NAMES: Final = {"exchange": "simulated", "symbol": "BTCUSDT", "interval": "1h"}
TRAINED: Final = 6_000
DECIDED: Final = 30
WATCHED: Final = parse_portfolio("BTCUSDT:0.5,USDT:1000,NOPEUSDT:1", SERIES.exchange)
EXAMPLE_TIME: Final = 1_767_225_600_000
MODEL_ID: Final = "btcusdt-1h-champion-9f86d081884c7d65"
JOB_ID: Final = "5f0c6b1d2a3e4f50817263544a5b6c7d"


def market() -> pd.DataFrame:
    """Hours around the time of the examples."""
    bars = random_walk(TRAINED + DECIDED, 11, edge=0.5, interval=SERIES.interval)
    bars["open_time"] += EXAMPLE_TIME - int(bars["open_time"].iloc[TRAINED + 10])
    return bars


def trained() -> TrainedModel:
    """A model of the hours before."""
    return train(market()[:TRAINED], Spec(Interval("1h"), horizon=1, fee_bp=0.1, slippage_bp=0.1))


def in_memory(folder: Path, model: TrainedModel) -> Shop:
    """A stocked shop on the twins."""
    return _stock(memory_shop(folder, SERIES), model)


def on_database(folder: Path, model: TrainedModel, settings: StoreSettings) -> Shop:
    """A stocked shop on a real database."""
    db = Database(settings, "model")
    klines = MySQLKlineStore(Database(settings, "ingest"))
    shop = Shop(klines, MySQLDecisionStore(db), MySQLChangeLog(db), Shelf(folder), HandClock(), SERIES)
    open_shop(shop)
    return _stock(shop, model)


def _stock(shop: Shop, model: TrainedModel) -> Shop:
    bars = market()
    first, last = (int(bars["open_time"].iloc[at]) for at in (0, TRAINED - 1))
    shop.confirm(bars)
    shop.register(model, MODEL_ID, first, last)
    shop.clock.time = last + (DECIDED + 1) * HOUR
    shop.scorer().catch_up()
    done = replace(new_job(SERIES, last), job_id=JOB_ID, state=DONE, progress=1.0, finished_at=last + HOUR)
    shop.decisions.save_job(done)
    return shop


def with_a_tick(ticks: TickStore, shop: Shop) -> TickStore:
    """The store with a sample of the market's newest state."""
    one, price = Decimal(1), Decimal("64250.1")
    ticks.write([Tick(SERIES.exchange, SERIES.symbol, shop.clock.time, price, one, price + 1, one, price)])
    return ticks


def service_of(shop: Shop, ticks: TickStore | None = None) -> Service:
    """The service over a shop, whose trainings end at once, and which watches a portfolio."""

    def train_at_once(jobs: Sequence[Job], _force: bool) -> None:
        for job in jobs:
            shop.decisions.save_job(replace(job, state=DONE, finished_at=job.started_at))

    return Service(
        shop.klines,
        shop.decisions,
        shop.shelf,
        lambda _: shop.clock,
        train_at_once,
        ticks,
        WATCHED,
        _life(shop),
        shop.changes,
        lambda model, _who, _why: model,
    )


def _life(shop: Shop) -> LifecycleStore:
    """A timeline and monitors of one entry each, beside the shop's decisions."""
    store = shop.decisions
    life: LifecycleStore = (
        MemoryLifecycleStore(store)
        if isinstance(store, MemoryDecisionStore)
        else MySQLLifecycleStore(store._db)
    )
    about = (SERIES, Role.CHAMPION)
    life.add_events(
        [ModelEvent(*about, EventKind.RETRAIN, EXAMPLE_TIME, MODEL_ID, "on schedule", {"job": JOB_ID})]
    )
    state = MonitorState.INSUFFICIENT
    life.save_readings(
        [
            Reading(*about, measure, feature, EXAMPLE_TIME, MODEL_ID, value, None, 0.5, 720, state)
            for measure, feature, value in (("brier_skill", "", None), ("psi", "rsi_14", 0.1))
        ]
    )
    return life


class Away:
    """A store whose database does not answer."""

    def __getattr__(self, name: str) -> Any:
        raise StoreUnavailable("the database does not answer")


def service_without_database(shop: Shop) -> Service:
    """The same service once its database is away."""
    away: Any = Away()
    return replace(service_of(shop), klines=away, decisions=away, life=away, changes=away)
