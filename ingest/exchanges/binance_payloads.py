"""The live payloads as types: `msgspec` reads and checks them in one pass over the bytes as received.

Amounts stay text until they are needed: most candles are running ones that are never stored.
"""

from __future__ import annotations

import re
from typing import Annotated, Final

import msgspec

Count = Annotated[int, msgspec.Meta(ge=0, le=2**53)]
# Plain decimal text, as the exchange writes it: no sign, no exponent, no NaN, no digits of other scripts.
AMOUNT: Final = re.compile(r"[0-9]{1,20}(?:\.[0-9]{1,14})?")


class Envelope(msgspec.Struct, gc=False):
    """`{"stream": "btcusdt@bookTicker", "data": {...}}`, or an event without envelope: `{"e": "..."}`."""

    stream: str = ""
    data: msgspec.Raw = msgspec.Raw()
    e: str = ""


class Bar(msgspec.Struct, gc=False):
    """`{"t": 1672515780000, "T": 1672515839999, "s": "BNBBTC", "i": "1m", "f": 100, "L": 200,
    "o": "0.0010", "c": "0.0020", "h": "0.0025", "l": "0.0015", "v": "1000", "n": 100, "x": false,
    "q": "1.0000", "V": "500", "Q": "0.500", "B": "123456"}`
    """

    t: Count
    T: Count
    s: str
    i: str
    o: str
    c: str
    h: str
    l: str  # noqa: E741 (the exchange's name)
    v: str
    n: Count
    x: bool
    q: str
    V: str
    Q: str


class KlineEvent(msgspec.Struct, gc=False):
    """`{"e": "kline", "E": 1672515782136, "s": "BNBBTC", "k": {...}}`"""

    e: str
    E: Count
    s: str
    k: Bar


class BookTicker(msgspec.Struct, gc=False):
    """`{"u": 400900217, "s": "BNBUSDT", "b": "25.35190000", "B": "31.21000000", "a": "25.36520000",
    "A": "40.66000000"}`
    """

    u: Count
    s: str
    b: str
    B: str
    a: str
    A: str


class MiniTicker(msgspec.Struct, gc=False):
    """`{"e": "24hrMiniTicker", "E": 1672515782136, "s": "BNBBTC", "c": "0.0025", "o": "0.0010",
    "h": "0.0025", "l": "0.0010", "v": "10000", "q": "18"}`
    """

    e: str
    E: Count
    s: str
    c: str


class AggregateTrade(msgspec.Struct, gc=False):
    """`{"e": "aggTrade", "E": 1672515782136, "s": "BNBBTC", "a": 12345, "p": "0.001", "q": "100", "f": 100,
    "l": 105, "T": 1672515782136, "m": true, "M": true}`
    """

    e: str
    s: str
    a: Count
    f: Count
    l: Count  # noqa: E741 (the exchange's name)


class SingleTrade(msgspec.Struct, gc=False):
    """`{"e": "trade", "E": 1672515782136, "s": "BNBBTC", "t": 12345, "p": "0.001", "q": "100",
    "T": 1672515782136, "m": true, "M": true}`
    """

    e: str
    s: str
    t: Count
