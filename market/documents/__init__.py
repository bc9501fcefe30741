"""Every kind of document in Elasticsearch: one file each, and this table."""

import market  # noqa: F401  (first: see market/__init__.py)
from market.documents import (
    alerts,
    anchors,
    backtests,
    calibration,
    decisions,
    equity,
    events,
    heartbeats,
    holes,
    jobs,
    klines,
    models,
    monitors,
    quality,
    revisions,
    ticks,
    trials,
)
from market.documents.stream import DocumentStream

DOCUMENTS: dict[str, DocumentStream] = {
    each.STREAM.name: each.STREAM
    for each in (
        *(klines, ticks, decisions, models, quality, backtests, equity, heartbeats),
        *(holes, revisions, monitors, events, trials, calibration, jobs),
        *(anchors, alerts),
    )
}

__all__ = ["DOCUMENTS", "DocumentStream"]
