"""Raw frames of the combined stream to frames in the words of the market."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from typing import Any

from ingest.live import BookFrame, Frame, KlineFrame, LastFrame
from market.errors import ExchangeUnavailable, InvalidMarketData
from market.interval import Interval
from market.kline import Kline


def read_frame(message: Any) -> Frame | None:
    """One message; None for a stream we did not ask for, `ExchangeUnavailable` for an error or nonsense.

    `{"stream": "btcusdt@bookTicker", "data": {...}}`; the library reports its own errors as
    `{"e": "error", "type": "BinanceWebsocketClosed", "m": "Connection closed. Reconnecting..."}`.
    """
    if not isinstance(message, dict) or "data" not in message:
        text = message.get("m") if isinstance(message, dict) else message
        raise ExchangeUnavailable(f"live stream: the connection ended ({str(text)[:120]})")
    kind = str(message.get("stream", "")).partition("@")[2]
    try:
        if kind.startswith("kline_"):
            return read_kline(message["data"])
        if kind == "bookTicker":
            return read_book(message["data"])
        if kind == "miniTicker":
            return read_last(message["data"])
    except (KeyError, TypeError, ValueError, InvalidOperation, InvalidMarketData) as error:
        raise ExchangeUnavailable(f"live stream: a {kind} frame cannot be read ({error!r})") from error
    if "serverShutdown" in str(message.get("stream")):
        raise ExchangeUnavailable("live stream: the exchange announces that it shuts this connection down")
    return None


def read_kline(data: dict[str, Any]) -> KlineFrame:
    """`{"e": "kline", "E": 1672515782136, "s": "BNBBTC", "k": {"t": 1672515780000, "T": 1672515839999,
    "s": "BNBBTC", "i": "1m", "f": 100, "L": 200, "o": "0.0010", "c": "0.0020", "h": "0.0025", "l": "0.0015",
    "v": "1000", "n": 100, "x": false, "q": "1.0000", "V": "500", "Q": "0.500", "B": "123456"}}`
    """
    bar = data["k"]
    kline = None
    if bar["x"] is True:
        kline = Kline(
            open_time=int(bar["t"]),
            open=Decimal(bar["o"]),
            high=Decimal(bar["h"]),
            low=Decimal(bar["l"]),
            close=Decimal(bar["c"]),
            volume=Decimal(bar["v"]),
            close_time=int(bar["T"]),
            quote_volume=Decimal(bar["q"]),
            trades=int(bar["n"]),
            taker_base_volume=Decimal(bar["V"]),
            taker_quote_volume=Decimal(bar["Q"]),
        )
    return KlineFrame(str(bar["s"]), Interval(bar["i"]), int(bar["t"]), int(data["E"]), kline)


def read_book(data: dict[str, Any]) -> BookFrame:
    """`{"u": 400900217, "s": "BNBUSDT", "b": "25.35190000", "B": "31.21000000", "a": "25.36520000",
    "A": "40.66000000"}`
    """
    return BookFrame(str(data["s"]), *(Decimal(data[key]) for key in "bBaA"))


def read_last(data: dict[str, Any]) -> LastFrame:
    """`{"e": "24hrMiniTicker", "E": 1672515782136, "s": "BNBBTC", "c": "0.0025", "o": "0.0010",
    "h": "0.0025", "l": "0.0010", "v": "10000", "q": "18"}`
    """
    return LastFrame(str(data["s"]), Decimal(data["c"]), int(data["E"]))
