"""What each live stream may say: payloads are checked against the stream that they came on."""

from __future__ import annotations

from decimal import Decimal
from typing import Final

import msgspec

from ingest.counters import Reject
from ingest.exchanges.binance_payloads import (
    AMOUNT,
    AggregateTrade,
    Bar,
    BookTicker,
    KlineEvent,
    MiniTicker,
    SingleTrade,
)
from ingest.live import BookFrame, KlineFrame, LastFrame, TradeFrame, TradeKind
from market.interval import Interval
from market.kline import Kline

_LATEST_MS: Final = 60_000  # after its end, at which a candle is still spoken of (2,005 in recordings)
_HIGHEST: Final = 1e16  # what DECIMAL(30,14) holds
_kline: Final = msgspec.json.Decoder(KlineEvent)
_book: Final = msgspec.json.Decoder(BookTicker)
_last: Final = msgspec.json.Decoder(MiniTicker)
_aggregate: Final = msgspec.json.Decoder(AggregateTrade)
_single: Final = msgspec.json.Decoder(SingleTrade)


class Unusable(Exception):
    """Why a message is not used."""

    def __init__(self, reason: Reject, detail: str) -> None:
        super().__init__(detail)
        self.reason = reason


class KlineStream:
    """`<symbol>@kline_<interval>`."""

    def __init__(self, symbol: str, interval: Interval) -> None:
        self._symbol = symbol
        self._interval = interval
        self._span = (-1, -1)  # the bar that was on the grid last: the calendar is asked once per bar

    def read(self, data: msgspec.Raw) -> KlineFrame:
        """A candle whose values can be; exact amounts only where it is closed."""
        event = _kline.decode(data)
        bar = event.k
        if event.e != "kline" or event.s != self._symbol or bar.s != self._symbol:
            raise Unusable(Reject.MISMATCH, f"{event.e} of {event.s} {bar.s}")
        if bar.i != self._interval.name:
            raise Unusable(Reject.MISMATCH, f"a candle of {bar.i}")
        if (bar.t, bar.T) != self._span:
            self._check_grid(bar)
        earliest = bar.T + 1 if bar.x else bar.t
        if not earliest <= event.E <= bar.T + _LATEST_MS:
            raise Unusable(Reject.IMPOSSIBLE, f"candle {bar.t} was sent at {event.E}")
        _check_amounts(bar)
        kline = _closed(bar) if bar.x else None
        return KlineFrame(self._symbol, self._interval, bar.t, event.E, kline, bar.n)

    def _check_grid(self, bar: Bar) -> None:
        if self._interval.floor(bar.t) != bar.t or self._interval.close_time(bar.t) != bar.T:
            raise Unusable(Reject.IMPOSSIBLE, f"candle {bar.t} to {bar.T} is not on the grid")
        self._span = (bar.t, bar.T)


class BookStream:
    """`<symbol>@bookTicker`."""

    def __init__(self, symbol: str) -> None:
        self._symbol = symbol

    def read(self, data: msgspec.Raw) -> BookFrame:
        """Best bid not above best ask, both above zero."""
        book = _book.decode(data)
        if book.s != self._symbol:
            raise Unusable(Reject.MISMATCH, f"a quote of {book.s}")
        _check_text(book.b, book.B, book.a, book.A)
        bid, ask = Decimal(book.b), Decimal(book.a)
        if not 0 < bid <= ask:
            raise Unusable(Reject.IMPOSSIBLE, f"bid {book.b}, ask {book.a}")
        return BookFrame(self._symbol, bid, Decimal(book.B), ask, Decimal(book.A), book.u)


class LastStream:
    """`<symbol>@miniTicker`."""

    def __init__(self, symbol: str) -> None:
        self._symbol = symbol

    def read(self, data: msgspec.Raw) -> LastFrame:
        """The last price, above zero."""
        ticker = _last.decode(data)
        if ticker.e != "24hrMiniTicker" or ticker.s != self._symbol:
            raise Unusable(Reject.MISMATCH, f"{ticker.e} of {ticker.s}")
        _check_text(ticker.c)
        last = Decimal(ticker.c)
        if last <= 0:
            raise Unusable(Reject.IMPOSSIBLE, f"last price {ticker.c}")
        return LastFrame(self._symbol, last, ticker.E)


class TradeStream:
    """`<symbol>@aggTrade` or `<symbol>@trade`."""

    def __init__(self, symbol: str, kind: TradeKind) -> None:
        self._symbol = symbol
        self._kind = kind

    def read(self, data: msgspec.Raw) -> TradeFrame:
        """Its id."""
        trade = _aggregate.decode(data) if self._kind is TradeKind.AGGREGATE else _single.decode(data)
        if trade.e != self._kind or trade.s != self._symbol:
            raise Unusable(Reject.MISMATCH, f"{trade.e} of {trade.s}")
        if isinstance(trade, SingleTrade):
            return TradeFrame(self._symbol, self._kind, trade.t)
        if trade.l < trade.f:
            raise Unusable(Reject.IMPOSSIBLE, f"trades {trade.f} to {trade.l}")
        return TradeFrame(self._symbol, self._kind, trade.a)


def _check_text(*amounts: str) -> None:
    for text in amounts:
        if AMOUNT.fullmatch(text) is None:
            raise Unusable(Reject.IMPOSSIBLE, f"{text[:40]!r} is no amount")


def _check_amounts(bar: Bar) -> None:
    """What can be said without exact numbers; comparisons are written so that NaN fails them."""
    try:
        high, low = float(bar.h), float(bar.l)
        prices = 0 < low <= float(bar.o) <= high < _HIGHEST and low <= float(bar.c) <= high
        volumes = float(bar.v) >= 0 and float(bar.q) >= 0 and float(bar.V) >= 0 and float(bar.Q) >= 0
    except ValueError as error:
        raise Unusable(Reject.IMPOSSIBLE, f"no amount: {error}") from None
    if not (prices and volumes):
        raise Unusable(Reject.IMPOSSIBLE, f"candle {bar.t}: {bar.o} {bar.h} {bar.l} {bar.c} {bar.v} {bar.q}")


def _closed(bar: Bar) -> Kline:
    _check_text(bar.o, bar.h, bar.l, bar.c, bar.v, bar.q, bar.V, bar.Q)
    return Kline(
        open_time=bar.t,
        open=Decimal(bar.o),
        high=Decimal(bar.h),
        low=Decimal(bar.l),
        close=Decimal(bar.c),
        volume=Decimal(bar.v),
        close_time=bar.T,
        quote_volume=Decimal(bar.q),
        trades=bar.n,
        taker_base_volume=Decimal(bar.V),
        taker_quote_volume=Decimal(bar.Q),
    )
