"""What `ingest` tells in its heartbeat: sums of what its parts count anyway."""

from __future__ import annotations

from ingest.metrics import Metrics
from market.ports import Figures


def figures(metrics: Metrics) -> Figures:
    """Over all exchanges. Requests are those by REST; a lag is that of the series furthest behind."""
    streams, budgets = list(metrics.streams.values()), list(metrics.budgets.values())
    lags = [health.lag_ms for health in list(metrics.health.values()) if health.lag_ms is not None]
    confirmed = sum(sum(list(written.values())) for written in metrics.written)
    provisional = sum(each.provisional for stream in streams for each in list(stream.series.values()))
    return Figures(
        requests=sum(budget.requests for budget in budgets),
        errors=sum(stream.reconnects + stream.rejected.total() + stream.ticks_dropped for stream in streams),
        documents=confirmed + provisional,
        queue_depth=sum(stream.queued for stream in streams),
        lag_ms=max(lags, default=None),
    )
