"""The newest price of a market: the last tick or the newest close, whichever is younger."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from market.interval import END_OF_TIME, Series
from market.ports import KlineStore, TickStore

TICK: Final = "tick"
CANDLE: Final = "candle"


@dataclass(frozen=True, slots=True)
class Price:
    """An exact price, the market time (ms UTC) it is from, and whether a tick or a candle told it."""

    price: Decimal
    time: int
    source: str


def newest_price(klines: KlineStore, ticks: TickStore | None, series: Sequence[Series]) -> Price | None:
    """Of one symbol, whose stored series are given; None where nothing is stored."""
    found = [price for each in series if (price := _close(klines, each))]
    if ticks is not None and series:
        sampled = ticks.read(series[0].exchange, series[0].symbol, 0, END_OF_TIME, limit=1, newest=True)
        found += [Price(tick.last, tick.time, TICK) for tick in sampled]
    return max(found, key=lambda price: price.time, default=None)


def _close(klines: KlineStore, series: Series) -> Price | None:
    newest = klines.read(series, 0, END_OF_TIME, limit=1, newest=True)
    if not newest.num_rows:
        return None
    (row,) = newest.select(["open_time", "close"]).to_pylist()
    return Price(row["close"], series.interval.close_time(row["open_time"]), CANDLE)
