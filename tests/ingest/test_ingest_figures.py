"""What `ingest` tells of itself is the sum of what its parts count."""

from __future__ import annotations

from collections import Counter

from ingest.budget import RateBudget
from ingest.counters import Reject, SeriesCounters, StreamCounters
from ingest.figures import figures
from ingest.metrics import Metrics
from market.interval import Series
from market.kline import Source
from market.ports import Figures, Health, Pulse

ETH, BTC = Series.of("binance", "ETHUSDT", "1m"), Series.of("okx", "BTCUSDT", "1m")


def test_before_anything_is_followed_nothing_is_late() -> None:
    assert figures(Metrics()) == Figures(requests=0, errors=0, documents=0, queue_depth=0, lag_ms=None)


async def test_exchanges_are_added_up_and_the_series_furthest_behind_is_the_lag() -> None:
    metrics = Metrics()
    for name, lag_ms in (("binance", 40), ("okx", 90_000)):
        series = ETH if name == "binance" else BTC
        metrics.health[series] = Health(Pulse(series, 1), 1, lag_ms)
        metrics.budgets[name] = RateBudget(0.5)
        async with metrics.budgets[name].spend(2):
            pass
        metrics.streams[name] = StreamCounters(
            reconnects=1, queued=2, ticks_dropped=3, rejected=Counter({Reject.MISMATCH: 4}),
            series={series: SeriesCounters(provisional=5)},
        )  # fmt: skip
    metrics.written.append(Counter({(ETH, Source.REST): 7}))
    assert figures(metrics) == Figures(requests=2, errors=16, documents=17, queue_depth=4, lag_ms=90_000)
