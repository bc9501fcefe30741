"""Stream payloads, field by field as the exchange documents them."""

from __future__ import annotations

from market.interval import Interval
from simulator.bars import (
    CLOSE,
    CLOSE_TIME,
    HIGH,
    LOW,
    OPEN,
    OPEN_TIME,
    QUOTE_VOLUME,
    SCALE,
    TAKER_BASE,
    TAKER_QUOTE,
    TRADES,
    VOLUME,
    Bars,
)
from simulator.quotes import Day, Quote
from simulator.trades import Trade
from simulator.wire import decimal


def kline(
    symbol: str, interval: Interval, bar: Bars, first_id: int, time: int, final: bool
) -> dict[str, object]:
    """`{"e":"kline","E":1672515782136,"s":"BNBBTC","k":{"t":…,"T":…,…,"x":false,…,"B":"0"}}`.

    `first_id` is the id of its first trade; a bar without trades has `f` and `L` -1.
    """
    count = int(bar[TRADES])
    return {
        "e": "kline",
        "E": time,
        "s": symbol,
        "k": {
            "t": int(bar[OPEN_TIME]),
            "T": int(bar[CLOSE_TIME]),
            "s": symbol,
            "i": interval.name,
            "f": first_id if count else -1,
            "L": first_id + count - 1 if count else -1,
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


def ticker(symbol: str, day: Day, book: Quote, ids: tuple[int, int]) -> dict[str, object]:
    """`{"e":"24hrTicker","E":…,"s":…,"p":change,"P":per cent,"w":average,"x":before,"c":last,…,"n":trades}`.

    `ids` are those of the first and the last trade.
    """
    whole = mini_ticker(symbol, day)
    return {
        **{key: whole[key] for key in ("E", "s", "c", "o", "h", "l", "v", "q")},
        "e": "24hrTicker",
        "p": decimal(day.last - day.open),
        "P": f"{(day.last / day.open - 1) * 100:.3f}",
        "w": decimal(day.quote_volume * SCALE // day.volume if day.volume else 0),
        "x": decimal(day.open),
        "Q": decimal(book.bid_quantity),
        **{key: value for key, value in book_ticker(symbol, book).items() if key in "bBaA"},
        "O": day.open_time,
        "C": day.close_time,
        "F": ids[0],
        "L": ids[1],
        "n": day.trades,
    }


def in_microseconds(payload: dict[str, object]) -> dict[str, object]:
    """A payload as `timeUnit=MICROSECOND` asks for it: a candle ends with its last microsecond."""
    shown = dict(payload)
    for key in ("E", "T", "O", "C"):
        if isinstance(time := payload.get(key), int):
            shown[key] = time * 1_000
    if isinstance(bar := payload.get("k"), dict):
        shown["k"] = {**bar, "t": bar["t"] * 1_000, "T": bar["T"] * 1_000 + 999}
    return shown


def trade(symbol: str, done: Trade, time: int) -> dict[str, object]:
    """`{"e":"trade","E":…,"s":…,"t":id,"p":price,"q":quantity,"T":time,"m":buyer is maker,"M":true}`."""
    return {"e": "trade", "E": time, "s": symbol, "t": done.id, **_deal(done)}


def aggregate_trade(symbol: str, done: Trade, time: int) -> dict[str, object]:
    """`{"e":"aggTrade","E":…,"s":…,"a":id,"p":…,"q":…,"f":first id,"l":last id,"T":…,"m":…,"M":true}`."""
    ids = {"a": done.aggregate, "f": done.id, "l": done.id}
    return {"e": "aggTrade", "E": time, "s": symbol, **ids, **_deal(done)}


def _deal(done: Trade) -> dict[str, object]:
    return {
        "p": decimal(done.price),
        "q": decimal(done.quantity),
        "T": done.time,
        "m": done.maker,
        "M": True,
    }
