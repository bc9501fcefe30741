"""The frames of a stream: a pure function of the market and of the time that has passed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Final

from market.errors import InvalidInput
from market.interval import HOUR, SECOND, Interval
from simulator.asked import Asked
from simulator.bars import CLOSE_TIME, OPEN_TIME, Bars
from simulator.markets.randomness import fraction
from simulator.paging import Window, window
from simulator.payloads import aggregate_trade, book_ticker, kline, mini_ticker, ticker, trade
from simulator.ports import Listing, Market
from simulator.quotes import last_day, quote
from simulator.trades import Tape

_EARLIEST_END, _LATEST_END = 5, 2_005  # ms after the close at which a closing frame is sent
_LATEST_END_1S: Final = 305
_MOST_CLOSES: Final = 1_000  # closing frames per step of the clock; older ones are left to REST
_MOST_TRADES: Final = 1_000  # likewise
_TRADES_EVERY: Final = 100
_ZONES: Final = {"+08:00": 8 * HOUR}
Ask = Callable[[Window, int], Asked]
State = tuple[int, Bars, bool]  # market time of sending, one bar, whether it is closed


@dataclass(frozen=True, slots=True)
class Stream:
    """`btcusdt@kline_1m` or `btcusdt@kline_1d@+08:00`, taken apart; `offset` is its time zone's, in ms."""

    name: str
    symbol: str
    kind: str
    interval: Interval | None = None
    offset: int = 0


@dataclass(frozen=True, slots=True)
class Frame:
    """A payload and the market time (ms UTC) it is sent at."""

    time: int
    stream: str
    payload: dict[str, object]


def parse(name: str) -> Stream | None:
    """None for a stream that does not exist: the exchange accepts it and stays silent."""
    symbol, *parts = name.split("@")
    kind, zone = (*parts, "", "")[:2]
    if parts in (["bookTicker"], ["miniTicker"], ["ticker"], ["trade"], ["aggTrade"]):
        return Stream(name, symbol.upper(), kind)
    if not kind.startswith("kline_") or zone not in ("", *_ZONES):
        return None
    try:
        interval = Interval(kind.removeprefix("kline_"))
    except InvalidInput:
        return None
    return Stream(name, symbol.upper(), "kline", interval, _ZONES.get(zone, 0))


def frames(market: Market, tape: Tape, stream: Stream, since: int, until: int) -> Iterator[Frame]:
    """Frames due in `(since, until]`; of running states only the newest, of closes every one."""
    listing = market.listings(until).get(stream.symbol)
    if listing is None:
        return
    if stream.interval is not None:
        if stream.interval in listing.intervals:
            ask = partial(Asked, market, listing, stream.interval, offset=stream.offset)
            for at, bar, final in _states(ask, stream, stream.interval, since, until):
                first_id = tape.next_id(listing, int(bar[OPEN_TIME]))
                payload = kline(stream.symbol, stream.interval, bar, first_id, at, final)
                yield Frame(at, stream.name, payload)
        return
    if stream.kind in ("trade", "aggTrade"):
        yield from _trades(tape, listing, stream, since, until)
        return
    second = until // SECOND * SECOND
    found = _ticker(market, tape, listing, stream.kind, second) if second > since else None
    if found is not None:
        yield Frame(second, stream.name, found)


def _ticker(market: Market, tape: Tape, listing: Listing, kind: str, second: int) -> dict[str, object] | None:
    """What changes every second; nothing while the symbol is not traded."""
    book = quote(market, listing, second)
    if book is None or listing.status != "TRADING":
        return None
    if kind == "bookTicker":
        return book_ticker(listing.symbol, book)
    day = last_day(market, listing, second)
    if day is None:
        return None
    if kind == "miniTicker":
        return mini_ticker(listing.symbol, day)
    ids = tape.next_id(listing, day.open_time), tape.next_id(listing, second) - 1
    return ticker(listing.symbol, day, book, ids)


def _states(ask: Ask, stream: Stream, interval: Interval, since: int, until: int) -> Iterator[State]:
    yield from _closed(ask, stream, interval, since, until)
    cadence = SECOND if interval.name == "1s" else 2 * SECOND
    at = until // cadence * cadence
    if at <= since:
        return
    bar = ask(window(None, at, 1), at).bars()
    if len(bar) and bar[0, CLOSE_TIME] >= at:
        yield at, bar[0], False


def _closed(ask: Ask, stream: Stream, interval: Interval, since: int, until: int) -> Iterator[State]:
    oldest = max(since - _LATEST_END, 0) + stream.offset
    if interval.next_open(oldest) - stream.offset > until:
        return
    begin = max(interval.floor(oldest - 1) - stream.offset, 0)
    for bar in ask(Window(begin, until, _MOST_CLOSES, newest=True), until).bars():
        at = int(bar[CLOSE_TIME]) + 1 + _delay(stream.symbol, interval, int(bar[OPEN_TIME]))
        if since < at <= until:
            yield at, bar, True


def _delay(symbol: str, interval: Interval, open_time: int) -> int:
    latest = _LATEST_END_1S if interval.name == "1s" else _LATEST_END
    return _EARLIEST_END + int((latest - _EARLIEST_END) * fraction(symbol, interval, open_time))


def _trades(tape: Tape, listing: Listing, stream: Stream, since: int, until: int) -> Iterator[Frame]:
    """Looked for ten times a second, because looking takes longer than sending."""
    begin, end = since // _TRADES_EVERY * _TRADES_EVERY + 1, until // _TRADES_EVERY * _TRADES_EVERY + 1
    if begin == end:
        return
    found = tape.between(listing, begin, end - 1, _MOST_TRADES + 1, end)
    if len(found) > _MOST_TRADES:
        found = tape.newest(listing, _MOST_TRADES, end)
    form = trade if stream.kind == "trade" else aggregate_trade
    for done in found:
        yield Frame(done.time, stream.name, form(listing.symbol, done, done.time))
