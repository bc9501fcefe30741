"""What every market costs now, and how that differs from a day ago."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import groupby
from typing import Final, Literal

from api_historic.catalogue import Listed
from api_historic.deps import Stores
from api_historic.feeds import SIMULATED
from api_historic.schemas import MarketPrice
from market.interval import DAY, END_OF_TIME, HOUR, Series

# A price of a day ago may be so much older, or a candle of the finest interval: behind a hole there is none.
_SLACK_MS: Final = HOUR


@dataclass(frozen=True, slots=True)
class _Price:
    text: str
    at: int
    source: Literal["tick", "kline"]


def market_prices(held: Stores, listed: Sequence[Listed]) -> list[MarketPrice]:
    """One entry per market of the series in `listed`, by exchange and symbol."""
    ordered = sorted(listed, key=lambda each: (each[0].exchange, each[0].symbol, each[0].interval.typical_ms))
    grouped = groupby(ordered, key=lambda each: (each[0].exchange, each[0].symbol))
    return [_market(held, list(of_market)) for _, of_market in grouped]


def _market(held: Stores, listed: Sequence[Listed]) -> MarketPrice:
    series, info = listed[0]
    finest_first = [each for each, _ in listed]
    now = held.clock(series.exchange).now()
    price = _newest(held, finest_first)
    return MarketPrice(
        exchange=series.exchange,
        symbol=series.symbol,
        simulated=series.exchange == SIMULATED,
        base=info.base_asset,
        quote=info.quote_asset,
        price=price.text if price else None,
        price_at=price.at if price else None,
        source=price.source if price else None,
        age_ms=now - price.at if price else None,
        market_time=now,
        change_24h=_change(held, finest_first, price) if price else None,
        intervals=[str(each.interval) for each, _ in listed],
    )


def _newest(held: Stores, finest_first: Sequence[Series]) -> _Price | None:
    """The last price of the newest tick, or the close of the newest candle where that is later."""
    finest = finest_first[0]
    ticks = held.ticks.read_text(finest.exchange, finest.symbol, 0, END_OF_TIME, limit=1, newest=True)
    found = [_Price(each["last"], int(each["time"]), "tick") for each in ticks.to_pylist()]
    # The finest interval may be empty, or no longer followed.
    for series in finest_first:
        candles = held.klines.read_text(series, 0, END_OF_TIME, limit=1, newest=True)
        found += [_Price(each["close"], int(each["close_time"]), "kline") for each in candles.to_pylist()]
    return max(found, key=lambda each: each.at, default=None)


def _change(held: Stores, finest_first: Sequence[Series], price: _Price) -> float | None:
    """The share by which the price lies above the close of a day before it (0.01 is 1 %)."""
    then = price.at - DAY
    slack = max(finest_first[0].interval.typical_ms, _SLACK_MS)
    for series in finest_first:
        # The candle that holds `then` closes later: the newest that closed by then opens before.
        first, last = then - series.interval.typical_ms - slack, series.interval.floor(then + 1)
        rows = held.klines.read_text(series, first, last, limit=1, newest=True).to_pylist()
        if rows and (before := Decimal(rows[0]["close"])):
            return float(Decimal(price.text) / before - 1)
    return None
