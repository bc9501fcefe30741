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


def database_for_answers(statement_limit_s: float) -> Database:
    """The same for the API, which gives a server that hangs up soon."""
    return Database(StoreSettings().for_answers(statement_limit_s), "model")


def workshop(settings: ModelSettings, db: Database) -> Workshop:
    """What training works with, over the database."""
    shelf = Shelf(settings.models_dir)
    return Workshop(MySQLKlineStore(db), MySQLDecisionStore(db), shelf, settings, MySQLTickStore(db))


def make_scribe(shop: Workshop, db: Database) -> Scribe:
    """Who fills the ledger, over the stores of a workshop."""
    clock = cache(lambda exchange: StoredClock(db, exchange))
    late_after_ms = shop.settings.late_after_s * 1_000
    return Scribe(shop.klines, shop.decisions, shop.shelf, clock, late_after_ms, shop.ticks)


def make_scorer(settings: ModelSettings, db: Database) -> tuple[Scorer, Keeper]:
    """The scorer over the database, and who looks after its models between candles."""
    shop = workshop(settings, db)
    scribe = make_scribe(shop, db)
    trainer = ProcessTrainer(settings.models_dir, settings.retrain_limit_s)
    keeper = Keeper(shop, MySQLLifecycleStore(db), scribe.clock, trainer)
    return Scorer(scribe, MySQLChangeLog(db), keeper.look), keeper
