"""What the loader tells in its heartbeat."""

from __future__ import annotations

from es_loader.figures import LoaderFigures
from market.heartbeat.percentile import percentile_95
from market.ports import Figures


def told(figures: LoaderFigures) -> Figures:
    """Its own figures in the words of every heartbeat; the latency is of the newest bulk requests."""
    return Figures(
        requests=figures.requests,
        errors=figures.errors,
        documents=figures.documents,
        queue_depth=figures.queue_depth + figures.lag_lines,
        lag_ms=figures.lag_ms,
        latency_ms=percentile_95(tuple(figures.latencies_ms)),
        dead_letters=figures.dead_letters,
    )
