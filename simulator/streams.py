"""The frames of a stream: a pure function of the market and of the time that has passed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from market.errors import InvalidInput
from market.interval import SECOND, Interval
from simulator.bars import CLOSE_TIME, OPEN_TIME
from simulator.markets.randomness import fraction
from simulator.paging import Window, window
from simulator.payloads import book_ticker, kline, mini_ticker, trade
from simulator.ports import Listing, Market
from simulator.quotes import last_day, quote, traded

_EARLIEST_END, _LATEST_END = 5, 2_005  # ms after the close at which a closing frame is sent
_LATEST_END_1S: Final = 305
_MOST_CLOSES: Final = 1_000  # closing frames per step of the clock; older ones are left to REST
_MOST_TRADES: Final = 60


@dataclass(frozen=True, slots=True)
class Stream:
    """`btcusdt@kline_1m`, taken apart."""

    name: str
    symbol: str
    kind: str
    interval: Interval | None = None


@dataclass(frozen=True, slots=True)
class Frame:
    """A payload and the market time (ms UTC) it is sent at."""

    time: int
    stream: str
    payload: dict[str, object]


def parse(name: str) -> Stream | None:
    """None for a stream that does not exist: the exchange accepts it and stays silent."""
    symbol, _, kind = name.partition("@")
    if kind in ("bookTicker", "miniTicker", "trade"):
        return Stream(name, symbol.upper(), kind)
    if not kind.startswith("kline_"):
        return None
    try:
        return Stream(name, symbol.upper(), "kline", Interval(kind.removeprefix("kline_")))
    except InvalidInput:
        return None


def frames(market: Market, stream: Stream, since: int, until: int) -> Iterator[Frame]:
    """Frames due in `(since, until]`; of running states only the newest, of closes every one."""
    listing = market.listings(until).get(stream.symbol)
    if listing is None:
        return
    if stream.interval is not None:
        if stream.interval in listing.intervals:
            yield from _closed(market, stream, stream.interval, since, until)
            yield from _running(market, stream, stream.interval, since, until)
        return
    second = until // SECOND * SECOND
    if second <= since:
        return
    if stream.kind == "trade":
        yield from _trades(market, listing, stream, since, second)
    elif stream.kind == "bookTicker":
        if book := quote(market, listing, second):
            yield Frame(second, stream.name, book_ticker(listing.symbol, book))
    elif day := last_day(market, listing, second):
        yield Frame(second, stream.name, mini_ticker(listing.symbol, day))


def _running(market: Market, stream: Stream, interval: Interval, since: int, until: int) -> Iterator[Frame]:
    cadence = SECOND if interval.name == "1s" else 2 * SECOND
    at = until // cadence * cadence
    if at <= since:
        return
    bar = market.bars(stream.symbol, interval, window(None, at, 1), at)
    if len(bar) and bar[0, CLOSE_TIME] >= at:
        yield Frame(at, stream.name, kline(stream.symbol, interval, bar[0], at, final=False))


def _closed(market: Market, stream: Stream, interval: Interval, since: int, until: int) -> Iterator[Frame]:
    oldest = max(since - _LATEST_END, 0)
    if interval.next_open(oldest) > until:
        return
    wanted = Window(interval.floor(oldest - 1), until, _MOST_CLOSES, newest=True)
    for bar in market.bars(stream.symbol, interval, wanted, until):
        at = int(bar[CLOSE_TIME]) + 1 + _delay(stream.symbol, interval, int(bar[OPEN_TIME]))
        if since < at <= until:
            yield Frame(at, stream.name, kline(stream.symbol, interval, bar, at, final=True))


def _delay(symbol: str, interval: Interval, open_time: int) -> int:
    latest = _LATEST_END_1S if interval.name == "1s" else _LATEST_END
    return _EARLIEST_END + int((latest - _EARLIEST_END) * fraction(symbol, interval, open_time))


def _trades(market: Market, listing: Listing, stream: Stream, since: int, until: int) -> Iterator[Frame]:
    """One trade a second, which sums up the second."""
    first = max(since // SECOND * SECOND + SECOND, until - (_MOST_TRADES - 1) * SECOND)
    for second in range(first, until + 1, SECOND):
        quantity, book = traded(market, listing, second), quote(market, listing, second)
        if quantity and book:
            yield Frame(second, stream.name, trade(listing.symbol, book, quantity, second))
