"""What processes and the notifier tell: heartbeats and alerts of the last day."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from market.documents.alerts import Alert, alert_document
from market.documents.heartbeats import heartbeat_document
from market.documents.stream import Document
from market.interval import DAY, HOUR, MINUTE
from market.ports.heartbeat import Figures, Heartbeat, Process, ServiceName


def beats(exchanges: Sequence[str], now: int) -> Iterator[Document]:
    """A beat of everybody every ten minutes for a day, and every 15 s for the last five minutes."""
    times = [now - n * 10 * MINUTE for n in range(1, 144)] + [now - n * 15_000 for n in range(20)]
    for exchange in exchanges:
        for number, service in enumerate(ServiceName):
            process = Process(f"{service}-{number}", exchange, service, "0.1.0", 4711 + number, now - DAY)
            for n, at in enumerate(sorted(times)):
                figures = Figures(120 + n % 7, int(n % 50 == 3), 431, n % 4, 840, 21.4 + n % 5, 0)
                memory = 150_000_000 + n * 10_000
                beat = Heartbeat(process, at, (at - process.started_at) // 1000, memory, 58_720_256_000)
                yield heartbeat_document(replace(beat, figures=figures))


def alerts(exchanges: Sequence[str], now: int) -> Iterator[Document]:
    """One that lasts and one that is over, on each."""
    for exchange in exchanges:
        fired = Alert(
            rule_id="no_fresh_candle",
            rule_name="No fresh candle",
            group=f"{exchange},BTCUSDT,1h",
            severity="critical",
            message="the newest confirmed candle of BTCUSDT 1h closed 3 hours ago",
            started_at=now - HOUR,
            told_at=now - HOUR + MINUTE,
            value=180.0,
            exchange=exchange,
            symbol="BTCUSDT",
            interval="1h",
        )
        yield alert_document(fired)
        over = replace(fired, started_at=now - 2 * HOUR, told_at=now - 2 * HOUR + MINUTE)
        yield alert_document(replace(over, ended_at=now - HOUR - MINUTE))
