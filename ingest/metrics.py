"""What a job shows to Prometheus: one object per process, filled from numbers that others count.

Nothing is counted here. A scrape reads plain numbers of the running job, in a thread of its own.
"""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Final

from prometheus_client import CollectorRegistry, start_http_server
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric

from ingest.budget import RateBudget
from ingest.counters import Reject, StreamCounters
from ingest.keeper import Written
from market.coverage import HoleReason
from market.interval import Series
from market.kline import Source
from market.ports import Health

log = logging.getLogger(__name__)
_SERIES: Final = ("exchange", "symbol", "interval")
_STREAM_COUNTS: Final = {
    "messages": "Messages that came, usable or not",
    "connections": "Attempts to connect, planned ones included",
    "reconnects": "Connections that were lost",
    "rotations": "Connections that were relieved without a gap",
    "duplicates": "Frames that came before",
    "superseded": "Quotes replaced by newer ones before they were looked at",
    "spilled": "Closed candles that found the queue full and were read by REST",
    "clock_jumps": "Jumps of the market clock",
    "ticks_dropped": "Tick samples that could not be stored in time",
}
_STREAM_STATES: Final = {"connected": "Connections open now", "queued": "Closed candles that wait"}


class Metrics:
    """The numbers of one process, as a collector with a registry of its own."""

    def __init__(self) -> None:
        self.written: list[Written] = []
        self.streams: dict[str, StreamCounters] = {}
        self.budgets: dict[str, RateBudget] = {}
        self.health: dict[Series, Health] = {}
        self.missing: dict[tuple[Series, HoleReason], int] = {}
        self.drift: Counter[Series] = Counter()
        self.registry = CollectorRegistry()
        self.registry.register(self)

    def collect(self) -> Iterator[Metric]:
        """Every family, as the client asks for it."""
        yield self._rows()
        yield from self._record()
        yield from self._streams()
        yield from self._messages()
        yield from self._weight()

    def _rows(self) -> Metric:
        rows = CounterMetricFamily(
            "opa_ingest_rows", "Candles added or changed, by source", labels=(*_SERIES, "source")
        )
        for written in self.written:
            for (series, source), count in list(written.items()):
                rows.add_metric([*_names(series), str(source)], count)
        for counters in list(self.streams.values()):
            for series, each in list(counters.series.items()):
                rows.add_metric([*_names(series), str(Source.STREAM)], each.provisional)
        return rows

    def _record(self) -> Iterator[Metric]:
        health = list(self.health.items())
        yield _gauge(
            "lag_seconds",
            "Market time since the first candle that lacks confirmation closed",
            [(s, h.lag_ms / 1000) for s, h in health if h.lag_ms is not None],
        )
        yield _gauge(
            "last_close_timestamp_seconds",
            "Close of the newest confirmed candle",
            [(s, h.last_close / 1000) for s, h in health if h.last_close is not None],
        )
        yield _gauge("holes", "Stretches of missing candles on record", [(s, h.holes) for s, h in health])
        yield _gauge(
            "revisions",
            "Confirmed candles on record that the exchange changed or withdrew",
            [(s, h.revisions) for s, h in health],
        )
        missing = GaugeMetricFamily(
            "opa_ingest_missing_bars", "Missing candles on record, by reason", labels=(*_SERIES, "reason")
        )
        for (series, reason), bars in list(self.missing.items()):
            missing.add_metric([*_names(series), str(reason)], bars)
        yield missing
        yield _counter("drift", "Candles that a second reading found otherwise", list(self.drift.items()))

    def _streams(self) -> Iterator[Metric]:
        for name, text in _STREAM_COUNTS.items():
            family = CounterMetricFamily(f"opa_ingest_{name}", text, labels=("exchange",))
            for exchange, counters in list(self.streams.items()):
                family.add_metric([exchange], getattr(counters, name))
            yield family
        for name, text in _STREAM_STATES.items():
            gauge = GaugeMetricFamily(f"opa_ingest_{name}", text, labels=("exchange",))
            for exchange, counters in list(self.streams.items()):
                gauge.add_metric([exchange], getattr(counters, name))
            yield gauge

    def _messages(self) -> Iterator[Metric]:
        rejected = CounterMetricFamily(
            "opa_ingest_rejected_frames", "Messages that were not used", labels=("exchange", "reason")
        )
        trades = GaugeMetricFamily(
            "opa_ingest_trade_ids_missing",
            "Ids of trades that the stream left out and that nothing has shown since",
            labels=("exchange", "symbol", "kind"),
        )
        differences: list[tuple[Series, float]] = []
        for exchange, counters in list(self.streams.items()):
            for reason in Reject:
                rejected.add_metric([exchange, str(reason)], counters.rejected[reason])
            for key, trade in list(counters.trades.items()):
                trades.add_metric([exchange, *key], trade.missing - trade.healed)
            differences += [(series, each.differences) for series, each in list(counters.series.items())]
        text = "Closed candles of the stream that REST confirmed with other values"
        yield from (rejected, trades, _counter("stream_differences", text, differences))

    def _weight(self) -> Iterator[Metric]:
        budgets = list(self.budgets.items())
        for name, text, value in (
            ("weight_used", "Request weight of the running minute, as the exchange counts it", "used"),
            ("weight_ceiling", "Request weight per minute that is never exceeded", "ceiling"),
        ):
            gauge = GaugeMetricFamily(f"opa_ingest_{name}", text, labels=("exchange",))
            for exchange, budget in budgets:
                gauge.add_metric([exchange], getattr(budget, value))
            yield gauge


@contextmanager
def serving(metrics: Metrics, host: str, port: int) -> Iterator[None]:
    """Answer `GET /metrics` while the block runs; port 0 answers nobody.

    Only one job of a machine can have the port: another one goes on without it and says so.
    """
    if not port:
        yield
        return
    try:
        server, thread = start_http_server(port, host, metrics.registry)
    except OSError as error:
        log.warning(
            "no metrics of this job: port %d is not free (%s); see OPA_INGEST_METRICS_PORT", port, error
        )
        yield
        return
    log.info("metrics at http://%s:%d/metrics", host, port)
    try:
        yield
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def _names(series: Series) -> list[str]:
    return [series.exchange, series.symbol, series.interval.name]


def _gauge(name: str, text: str, values: Iterable[tuple[Series, float]]) -> Metric:
    gauge = GaugeMetricFamily(f"opa_ingest_{name}", text, labels=_SERIES)
    for series, value in values:
        gauge.add_metric(_names(series), value)
    return gauge


def _counter(name: str, text: str, values: Iterable[tuple[Series, float]]) -> Metric:
    counter = CounterMetricFamily(f"opa_ingest_{name}", text, labels=_SERIES)
    for series, value in values:
        counter.add_metric(_names(series), value)
    return counter
