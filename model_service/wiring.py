"""The stores of this service, on the database."""

from __future__ import annotations

from functools import cache

from market.store import (
    Database,
    MySQLChangeLog,
    MySQLDecisionStore,
    MySQLKlineStore,
    StoredClock,
    StoreSettings,
)
from model_service.follow import Scorer
from model_service.ledger import Scribe
from model_service.registry import Shelf
from model_service.settings import ModelSettings


def database() -> Database:
    """The database as the model service's user."""
    return Database(StoreSettings(), "model")


def make_scorer(settings: ModelSettings, db: Database) -> Scorer:
    """The scorer over the database."""
    scribe = Scribe(
        MySQLKlineStore(db),
        MySQLDecisionStore(db),
        Shelf(settings.models_dir),
        cache(lambda exchange: StoredClock(db, exchange)),
        settings.late_after_s * 1_000,
    )
    return Scorer(scribe, MySQLChangeLog(db))
