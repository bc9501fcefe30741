"""Stream payloads, field by field as the exchange documents them."""

from __future__ import annotations

from market.interval import SECOND, Interval
from simulator.bars import (
    CLOSE,
    CLOSE_TIME,
    HIGH,
    LOW,
    OPEN,
    OPEN_TIME,
    QUOTE_VOLUME,
    TAKER_BASE,
    TAKER_QUOTE,
    TRADES,
    VOLUME,
    Bars,
)
from simulator.quotes import Day, Quote
from simulator.wire import decimal


def kline(symbol: str, interval: Interval, bar: Bars, time: int, final: bool) -> dict[str, object]:
    """`{"e":"kline","E":1672515782136,"s":"BNBBTC","k":{"t":…,"T":…,…,"x":false,…,"B":"0"}}`.

    Trade ids are the seconds of the `trade` stream; a bar without trades has `f` and `L` -1.
    """
    first, last = int(bar[OPEN_TIME]), min(int(bar[CLOSE_TIME]) + 1, time)
    count = int(bar[TRADES])
    return {
        "e": "kline",
        "E": time,
        "s": symbol,
        "k": {
            "t": first,
            "T": int(bar[CLOSE_TIME]),
            "s": symbol,
            "i": interval.name,
            "f": first // SECOND + 1 if count else -1,
            "L": last // SECOND if count else -1,
            "o": decimal(bar[OPEN]),
            "c": decimal(bar[CLOSE]),
            "h": decimal(bar[HIGH]),
            "l": decimal(bar[LOW]),
            "v": decimal(bar[VOLUME]),
            "n": count,
            "x": final,
            "q": decimal(bar[QUOTE_VOLUME]),
            "V": decimal(bar[TAKER_BASE]),
            "Q": decimal(bar[TAKER_QUOTE]),
            "B": "0",
        },
    }


def book_ticker(symbol: str, book: Quote) -> dict[str, object]:
    """`{"u":400900217,"s":"BNBUSDT","b":"25.35","B":"31.21","a":"25.36","A":"40.66"}`: no time in it."""
    return {
        "u": book.update,
        "s": symbol,
        "b": decimal(book.bid),
        "B": decimal(book.bid_quantity),
        "a": decimal(book.ask),
        "A": decimal(book.ask_quantity),
    }


def mini_ticker(symbol: str, day: Day) -> dict[str, object]:
    """`{"e":"24hrMiniTicker","E":…,"s":…,"c":last,"o":open,"h":…,"l":…,"v":base,"q":quote}`."""
    return {
        "e": "24hrMiniTicker",
        "E": day.close_time,
        "s": symbol,
        "c": decimal(day.last),
        "o": decimal(day.open),
        "h": decimal(day.high),
        "l": decimal(day.low),
        "v": decimal(day.volume),
        "q": decimal(day.quote_volume),
    }


def trade(symbol: str, book: Quote, quantity: int, time: int) -> dict[str, object]:
    """`{"e":"trade","E":…,"s":…,"t":id,"p":price,"q":quantity,"T":time,"m":buyer is maker,"M":true}`."""
    return {
        "e": "trade",
        "E": time,
        "s": symbol,
        "t": time // SECOND,
        "p": decimal(book.last),
        "q": decimal(quantity),
        "T": time,
        "m": book.last == book.bid,
        "M": True,
    }
