"""The model API on its port."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

from market.outbound import confine
from market.ports import Clock, ModelRecord, ServiceName
from market.store import (
    MySQLChangeLog,
    MySQLLifecycleStore,
    StoredClock,
    StoreSettings,
)
from model_service.app import create_app
from model_service.deps import Service
from model_service.lifecycle.activation import activate
from model_service.settings import ServeSettings
from model_service.watched_training import WatchedTraining
from model_service.wiring import database_for_answers, workshop
from web.server import serve


def run_server() -> None:
    """Answer on 127.0.0.1:OPA_MODEL_PORT until SIGTERM (exit code 0) or Ctrl-C (`KeyboardInterrupt`)."""
    confine(ServiceName.MODEL_API)
    settings = ServeSettings()
    db = database_for_answers(settings.statement_limit_s)
    shop, life = workshop(settings, db), MySQLLifecycleStore(db)
    clock: Callable[[str], Clock] = cache(lambda exchange: StoredClock(db, exchange))
    training = WatchedTraining(shop.decisions, clock)

    def put_in_charge(model: ModelRecord, who: str, why: str) -> ModelRecord:
        return activate(shop, life, model, who, why, clock(model.series.exchange).now())

    service = Service(
        shop.klines, shop.decisions, shop.shelf, clock, training.start, shop.ticks, settings.watched, life,
        MySQLChangeLog(db), put_in_charge,
    )  # fmt: skip
    app = create_app(service, settings.keys, settings.bounds, concurrency=StoreSettings().pool_size)
    try:
        serve(app, ServiceName.MODEL_API, settings.listen_host, settings.model_port)
    finally:
        training.close()
