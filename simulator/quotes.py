"""Prices of an instant: best bid and ask, last price, the last 24 hours. All amounts in units of 1e-8."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from market.interval import DAY, MINUTE, SECOND, Interval
from simulator.bars import (
    CLOSE,
    HIGH,
    LOW,
    OPEN,
    OPEN_TIME,
    QUOTE_VOLUME,
    TRADES,
    VOLUME,
)
from simulator.markets.randomness import fraction
from simulator.paging import Window, window
from simulator.ports import Listing, Market

_SPREAD: Final = 0.00002  # of the price, at least one tick
_DEPTH: Final = 5_000  # typical quote volume at the best price
_MINUTE: Final = Interval("1m")


@dataclass(frozen=True, slots=True)
class Quote:
    """The top of the book, changing once a second; `update` grows with it."""

    update: int
    bid: int
    bid_quantity: int
    ask: int
    ask_quantity: int
    last: int


def quote(market: Market, listing: Listing, now: int) -> Quote | None:
    """None before the first bar. The last trade took the bid or the ask, by a coin the second decides."""
    last_bar = market.bars(listing.symbol, listing.intervals[0], window(None, now, 1), now)
    if not len(last_bar):
        return None
    last, second = int(last_bar[0, CLOSE]), now // SECOND
    spread = max(int(last * _SPREAD) // listing.tick, 1) * listing.tick
    at_ask = fraction(listing.symbol, second, "side") < 0.5 and last > spread
    bid = last - spread if at_ask else last
    return Quote(
        update=second,
        bid=bid,
        bid_quantity=_depth(listing, last, f"{second}/bid"),
        ask=bid + spread,
        ask_quantity=_depth(listing, last, f"{second}/ask"),
        last=last,
    )


def _depth(listing: Listing, price: int, key: str) -> int:
    lots = _DEPTH * (0.2 + 1.6 * fraction(listing.symbol, key)) / price * 1e16 / listing.lot
    return max(int(lots), 1) * listing.lot


@dataclass(frozen=True, slots=True)
class Day:
    """The last 24 hours up to `close_time`."""

    open_time: int
    close_time: int
    open: int
    high: int
    low: int
    last: int
    volume: int
    quote_volume: int
    trades: int


def last_day(market: Market, listing: Listing, now: int) -> Day | None:
    """Added up from minutes, or from the finest interval above; None where there was no bar."""
    fine = next((each for each in listing.intervals if each.typical_ms >= MINUTE), listing.intervals[-1])
    since = now - DAY
    bars = market.bars(listing.symbol, fine, Window(since, now, DAY // MINUTE + 1, newest=True), now)
    if not len(bars):
        return None
    sums = bars[:, [VOLUME, QUOTE_VOLUME, TRADES]].sum(axis=0)
    prices = bars[0, OPEN], bars[:, HIGH].max(), bars[:, LOW].min(), bars[-1, CLOSE]
    return Day(since, now, *map(int, (*prices, *sums)))


def traded(market: Market, listing: Listing, second: int) -> int:
    """Volume between `second - 1 s` and `second` (ms on whole seconds)."""
    interval = _MINUTE if _MINUTE in listing.intervals else listing.intervals[0]
    before = market.bars(listing.symbol, interval, window(None, second, 1), second - SECOND)
    if not len(before):
        return 0
    opened = int(before[0, OPEN_TIME])
    after = market.bars(listing.symbol, interval, window(opened, second, 2), second)
    return int(after[:, VOLUME].sum() - before[0, VOLUME])
