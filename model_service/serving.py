"""The model API on its port."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

from market.outbound import confine
from market.ports import Clock, ServiceName
from market.store import MySQLDecisionStore, MySQLKlineStore, MySQLLifecycleStore, MySQLTickStore, StoredClock
from model_service.app import create_app
from model_service.deps import Service
from model_service.registry import Shelf
from model_service.settings import ServeSettings
from model_service.watched_training import WatchedTraining
from model_service.wiring import database_for_answers
from web.server import serve


def run_server() -> None:
    """Answer on 127.0.0.1:OPA_MODEL_PORT until SIGTERM (exit code 0) or Ctrl-C (`KeyboardInterrupt`)."""
    confine(ServiceName.MODEL_API)
    settings = ServeSettings()
    db = database_for_answers(settings.statement_limit_s)
    store = MySQLDecisionStore(db)
    clock: Callable[[str], Clock] = cache(lambda exchange: StoredClock(db, exchange))
    shelf, training = Shelf(settings.models_dir), WatchedTraining(store, clock)
    service = Service(
        MySQLKlineStore(db), store, shelf, clock, training.start, MySQLTickStore(db), settings.watched,
        MySQLLifecycleStore(db),
    )  # fmt: skip
    app = create_app(service, settings.keys, settings.bounds)
    serve(app, ServiceName.MODEL_API, settings.listen_host, settings.model_port)
