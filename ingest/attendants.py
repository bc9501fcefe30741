"""What runs beside a live stream: the beat of its health, looks at history, its metrics."""

from __future__ import annotations

from collections.abc import Coroutine
from typing import Any

from ingest.beat import Beat
from ingest.daily import PAUSE_S, DailyRecheck
from ingest.healing import Healer
from ingest.keeper import Keeper
from ingest.live import Exchange
from ingest.metrics import Metrics
from ingest.patience import Patience
from ingest.recheck import Rechecker
from ingest.stream import LiveStream
from market.interval import Series
from market.ports import HealthStore


def attendants(
    live: LiveStream, exchange: Exchange, keeper: Keeper, health: HealthStore, metrics: Metrics
) -> list[Coroutine[Any, Any, None]]:
    """Run them together with the stream; they never end by themselves."""
    name = exchange.exchange
    metrics.written.append(keeper.written)
    metrics.streams[name], metrics.budgets[name] = live.counters, exchange.budget
    rechecker = Rechecker(exchange, keeper, health, Patience(None), pause=PAUSE_S)

    def followed() -> list[Series]:
        return [follower.series for follower in live.followers.values()]

    return [
        Beat(live, health, keeper, exchange.budget, metrics).run(),
        DailyRecheck(rechecker, live.clock, followed, metrics.drift).run(),
        Healer(exchange, keeper, live.clock, followed).run(),
    ]
