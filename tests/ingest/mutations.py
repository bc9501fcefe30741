"""Live messages spoilt in every way, from a seed; and an independent reading of those that were accepted."""

from __future__ import annotations

import json
import random
import re
from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Any

from ingest.live import BookFrame, Frame, KlineFrame, LastFrame, TradeFrame, TradeKind
from market.interval import Interval, Series

M1 = Interval("1m")
FOLLOWED = [Series("binance", symbol, M1) for symbol in ("BTCUSDT", "ETHUSDT")]
_OPEN = 1_672_515_780_000
_NUMBER = re.compile(rb'"?[0-9]+(?:\.[0-9]+)?"?')
_VALUE = re.compile(rb'(?<=:)("[^"]*"|[0-9.]+|true|false)')
_NASTY = [
    b"NaN", b'"NaN"', b"Infinity", b'"-Infinity"', b"-1", b'"-0.5"', b'"1e999"', b'"1_000"', b'" 1"', b"null",
    b"true", b"[]", b"{}", b'""', b'"abc"', b"1.5", b"1e400", b'"\\u0661"', b'"\xff"', b"9" * 23,
    b'"9999999999999999999999999.5"', b'"0.000000000000000000001"', b"0", b'"0"', b"9223372036854775808",
]  # fmt: skip


def message(symbol: str, kind: str, turn: int) -> bytes:
    """A message as the exchange sends it."""
    at, price = _OPEN + 60_000 * turn, f"{16_500 + turn % 100}.10000000"
    bar = {
        "t": at, "T": at + 59_999, "s": symbol, "i": "1m", "f": 100, "L": 200, "o": price, "c": price,
        "h": f"{16_700 + turn % 100}.00000000", "l": "16000.00000000", "v": "1000.00000000",
        "n": 101, "x": kind == "closed", "q": "16500000.00000000",
        "V": "500.00000000", "Q": "8250000.50000000", "B": "0",
    }  # fmt: skip
    sent = at + (60_203 if kind == "closed" else 2_000)
    trade = {"E": sent, "s": symbol, "p": price, "q": "0.5", "T": sent, "m": True, "M": True}
    data: dict[str, tuple[str, dict[str, Any]]] = {
        "closed": ("kline_1m", {"e": "kline", "E": sent, "s": symbol, "k": bar}),
        "running": ("kline_1m", {"e": "kline", "E": sent, "s": symbol, "k": bar}),
        "book": (
            "bookTicker",
            {"u": 1_000 + turn, "s": symbol, "b": price, "B": "1.5", "a": f"{price[:-1]}1", "A": "2"},
        ),
        "last": (
            "miniTicker",
            {"e": "24hrMiniTicker", "E": sent, "s": symbol, "c": price, "o": price, "h": price, "l": price},
        ),
        "agg": ("aggTrade", {"e": "aggTrade", "a": 5_000 + turn, "f": turn, "l": turn + 1, **trade}),
        "trade": ("trade", {"e": "trade", "t": 9_000 + turn, **trade}),
    }
    stream, payload = data[kind]
    return json.dumps(
        {"stream": f"{symbol.lower()}@{stream}", "data": payload}, separators=(",", ":")
    ).encode()


def flip(text: bytes, rng: random.Random) -> bytes:
    """One to three bits."""
    spoilt = bytearray(text)
    for _ in range(rng.randint(1, 3)):
        spoilt[rng.randrange(len(spoilt))] ^= 1 << rng.randrange(8)
    return bytes(spoilt)


def truncate(text: bytes, rng: random.Random) -> bytes:
    """The beginning, the end, or without a piece in the middle."""
    a, b = sorted((rng.randrange(len(text)), rng.randrange(len(text))))
    return rng.choice((text[:a], text[b:], text[:a] + text[b:]))


def swap(text: bytes, rng: random.Random) -> bytes:
    """A value of another type, not a number, or far too large."""
    found = rng.choice(list(_VALUE.finditer(text)))
    return text[: found.start()] + rng.choice(_NASTY) + text[found.end() :]


def enlarge(text: bytes, rng: random.Random) -> bytes:
    """A number with many more digits."""
    found = rng.choice(list(_NUMBER.finditer(text)))
    at = found.start() + (text[found.start() : found.start() + 1] == b'"')
    return text[:at] + b"9" * rng.randint(1, 400) + text[at:]


def double(text: bytes, rng: random.Random) -> bytes:
    """A key that is there twice, with another value the second time."""
    key, value = rng.choice(re.findall(rb'"(\w+)":("[^"]*"|[0-9.]+|true|false)', text))
    again = b',"' + key + b'":' + rng.choice((value, rng.choice(_NASTY)))
    end = rng.choice([found.start() for found in re.finditer(rb"}", text)])
    return text[:end] + again + text[end:]


def nest(text: bytes, rng: random.Random) -> bytes:
    """Garbage in brackets, thousands deep at times."""
    depth = rng.choice((1, 10, 5_000))
    garbage = rng.choice((b"[" * depth, b"[" * depth + b"]" * depth, b'{"k":' * depth + b"1" + b"}" * depth))
    return rng.choice(
        (garbage, text[:-1] + b',"junk":' + garbage + b"}", text[:-2] + b',"k":' + garbage + b"}}")
    )


def rename(text: bytes, rng: random.Random) -> bytes:
    """Another symbol or interval in one place or in all."""
    old, new = rng.choice(
        ((b"BTC", b"ETH"), (b"btc", b"eth"), (b"USDT", b"EUR"), (b"1m", b"1M"), (b"kline", b"trade"))
    )
    return text.replace(old, new, rng.choice((1, 2, 9)))


def join(text: bytes, rng: random.Random) -> bytes:
    """Two messages in one, or halves of two."""
    other = message(rng.choice(FOLLOWED).symbol, rng.choice(KINDS), rng.randrange(1_000))
    return rng.choice((text + other, text[: len(text) // 2] + other[len(other) // 2 :]))


KINDS = ("closed", "running", "book", "last", "agg", "trade")
MUTATORS: tuple[Callable[[bytes, random.Random], bytes], ...] = (
    flip, truncate, swap, enlarge, double, nest, rename, join,
)  # fmt: skip


def mutated(count: int, seed: int) -> Iterator[tuple[str, bytes]]:
    """`count` spoilt messages with the name of what was done to each."""
    rng = random.Random(seed)
    for turn in range(count):
        mutator = rng.choice(MUTATORS)
        text = message(rng.choice(FOLLOWED).symbol, rng.choice(KINDS), turn % 100_000)
        yield mutator.__name__, mutator(text, rng)


def contradiction(text: bytes, frame: Frame) -> str:
    """What is wrong with an accepted frame, by an independent reading of its text; empty if nothing."""
    data = json.loads(text.decode(errors="replace"))["data"]
    if isinstance(frame, KlineFrame):
        return _candle(data, frame)
    if isinstance(frame, BookFrame):
        said = [Decimal(data[name]) for name in "bBaA"]
        held = [frame.bid, frame.bid_quantity, frame.ask, frame.ask_quantity]
        fine = 0 < held[0] <= held[2] and min(held) >= 0 and frame.update_id == data["u"]
        return "" if said == held and fine and data["s"] == frame.symbol else f"quote {held}"
    if isinstance(frame, LastFrame):
        fine = frame.last > 0 and frame.last.is_finite() and Decimal(data["c"]) == frame.last
        return "" if fine and data["s"] == frame.symbol else f"last price {frame.last}"
    if isinstance(frame, TradeFrame):
        number = data["a" if frame.kind is TradeKind.AGGREGATE else "t"]
        return "" if number == frame.trade_id and data["s"] == frame.symbol else f"trade {frame.trade_id}"
    return "" if "serverShutdown" in str(data) else f"unexpected {frame}"


def _candle(data: dict[str, Any], frame: KlineFrame) -> str:
    bar, kline = data["k"], frame.kline
    grid = (
        frame.open_time % 60_000 == 0 and bar["T"] == frame.open_time + 59_999 and bar["t"] == frame.open_time
    )
    if not grid or bar["s"] != frame.symbol or data["s"] != frame.symbol or bar["i"] != "1m":
        return f"candle {frame.open_time} of {frame.symbol}"
    if bar["x"] is not (kline is not None):
        return "closed or not"
    if kline is None:
        return ""
    held = [getattr(kline, name) for name in ("open", "high", "low", "close", "volume", "quote_volume")]
    said = [Decimal(bar[name]) for name in "ohlcvq"]
    fine = 0 < kline.low <= min(kline.open, kline.close) <= max(kline.open, kline.close) <= kline.high
    exact = held == said and kline.trades == bar["n"] and min(kline.volume, kline.taker_quote_volume) >= 0
    return "" if fine and exact else f"values {held}"
