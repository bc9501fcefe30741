"""Which series the dashboards open on, read from the store."""

from __future__ import annotations

from kibana.push import Shown
from market.errors import InvalidInput
from market.interval import HOUR
from market.ports import Clock, KlineStore


def shown(store: KlineStore, wall_clock: Clock, preferred_interval: str = "1h") -> Shown:
    """The best filled series of the preferred interval; `live` when its newest candle is about now."""
    filled = [status for status in store.series() if status.rows and status.last_open is not None]
    if not filled:
        raise InvalidInput("there are no klines yet to show: run `python -m ingest populate` first")
    best = max(
        filled,
        key=lambda s: (s.series.interval.name == preferred_interval, s.series.symbol == "BTCUSDT", s.rows),
    )
    newest = best.series.interval.close_time(best.last_open or 0)
    return Shown(best.series, newest, abs(wall_clock.now() - newest) < 24 * HOUR)
