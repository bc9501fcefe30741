"""The stores of this service, on the database."""

from __future__ import annotations

from functools import cache

from market.store import (
    Database,
    MySQLChangeLog,
    MySQLDecisionStore,
    MySQLKlineStore,
    MySQLLifecycleStore,
    MySQLTickStore,
    StoredClock,
    StoreSettings,
)
from model_service.follow import Scorer
from model_service.ledger import Scribe
from model_service.lifecycle.keeper import Keeper
from model_service.lifecycle.trainer import ProcessTrainer
from model_service.registry import Shelf
from model_service.settings import ModelSettings
from model_service.training import Workshop


def database() -> Database:
    """The database as the model service's user."""
    return Database(StoreSettings(), "model")


def make_scorer(settings: ModelSettings, db: Database) -> tuple[Scorer, Keeper]:
    """The scorer over the database, and who looks after its models between candles."""
    klines, decisions, shelf = MySQLKlineStore(db), MySQLDecisionStore(db), Shelf(settings.models_dir)
    clock = cache(lambda exchange: StoredClock(db, exchange))
    trainer = ProcessTrainer(settings.models_dir, settings.retrain_limit_s)
    keeper = Keeper(Workshop(klines, decisions, shelf, settings), MySQLLifecycleStore(db), clock, trainer)
    ticks = MySQLTickStore(db)
    scribe = Scribe(klines, decisions, shelf, clock, settings.late_after_s * 1_000, ticks)
    return Scorer(scribe, MySQLChangeLog(db), keeper.look), keeper
