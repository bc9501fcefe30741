"""Figures of a service in Prometheus' format, a registry for each application."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Final

from fastapi import APIRouter, Depends, Response
from prometheus_client import (
    CONTENT_TYPE_PLAIN_0_0_4,
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    ProcessCollector,
    generate_latest,
)

from web.access import may_read
from web.crowd import Visitors
from web.refusals import refusals

_BUCKETS_S: Final = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)


_ANSWERS: Final = refusals(401, 429) | {
    200: {"description": "Prometheus' text format", "content": {"text/plain": {"schema": {"type": "string"}}}}
}


class Metrics:
    """What a service counts of itself."""

    def __init__(self, visitors: Visitors) -> None:
        self.registry = CollectorRegistry()
        ProcessCollector(registry=self.registry)
        self._requests = Counter(
            "opa_http_requests", "Answers given", ("method", "route", "status"), registry=self.registry
        )
        self._seconds = Histogram(
            "opa_http_request_seconds",
            "Time to the end of an answer; streams are left out",
            ("route",),
            buckets=_BUCKETS_S,
            registry=self.registry,
        )
        self._limited = Counter(
            "opa_http_rate_limited", "Requests answered 429; no key: unknown callers", ("key",),
            registry=self.registry,
        )  # fmt: skip
        self.gauge("opa_http_requests_in_progress", "Answers not yet begun", lambda: visitors.waiting)
        self.gauge("opa_http_streams_open", "Streams being sent", lambda: len(visitors.streams))
        self.gauge(
            "opa_http_refused_busy", "Requests refused because too many were inside", lambda: visitors.refused
        )
        # Finding a child by its labels costs more than counting.
        self._counted = lru_cache(maxsize=1_000)(self._requests.labels)
        self._timed = lru_cache(maxsize=1_000)(self._seconds.labels)

    def gauge(self, name: str, said: str, read: Callable[[], float]) -> None:
        """Show what `read` says whenever somebody looks."""
        Gauge(name, said, registry=self.registry).set_function(read)

    def answered(self, method: str, route: str, status: int) -> None:
        """Count an answer."""
        self._counted(method, route, str(status)).inc()

    def took(self, route: str, seconds: float) -> None:
        """Note how long an answer took."""
        self._timed(route).observe(seconds)

    def limited(self, key: str) -> None:
        """Count a refusal of a caller that asks too often."""
        self._limited.labels(key).inc()

    def figures(self) -> Response:
        """Everything counted so far, as Prometheus reads it."""
        return Response(generate_latest(self.registry), media_type=CONTENT_TYPE_PLAIN_0_0_4)


def metrics_route(metrics: Metrics) -> APIRouter:
    """`/metrics` for those who may read."""
    router = APIRouter(tags=["health"], dependencies=[Depends(may_read)])

    @router.get("/metrics", response_class=Response, responses=_ANSWERS)
    async def figures() -> Response:
        """Figures of this service in Prometheus' text format; a scraper sends a read key as bearer token."""
        return metrics.figures()

    return router
