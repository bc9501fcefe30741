"""Spoilt WebSocket frames over real sockets, each between two good messages of a connection of its own."""

from __future__ import annotations

import asyncio
import contextlib
import random
from collections import Counter
from contextlib import aclosing
from dataclasses import dataclass, field
from decimal import Decimal

from ingest.budget import RateBudget
from ingest.exchanges.binance import BinanceExchange
from ingest.live import Frame, LastFrame, RejectedFrame
from market.errors import ExchangeUnavailable
from tests.ingest.mutations import FOLLOWED, flip, message
from tests.ingest.raw_stream import BINARY, CLOSE, PING, TEXT, streaming, ws_frame

GOOD = message("BTCUSDT", "last", 1)
PRICE = Decimal("16501.1")
_MEGABYTE = 2**20
_BYE = ws_frame((1000).to_bytes(2, "big"), CLOSE)
_FAREWELL = bytes([0x80 | CLOSE])  # may also occur inside the mask of a pong: then it is a reset after all
_PATIENCE_S = 60
_SILENCE_S = 0.3
# What has to become of each kind: read on as if nothing was, reject one message, or end the connection.
# None: nobody can know; it must be one of these three.
KINDS: dict[str, str | None] = {
    "fragmented": "harmless",
    "pings_between_fragments": "harmless",
    "ping_flood": "harmless",
    "binary": "harmless",
    "empty": "rejected",
    "bad_utf8": "rejected",
    "cut_fragment": "rejected",
    "oversized": "ended",
    "oversized_in_fragments": "ended",
    "masked": "ended",
    "reserved_bits": "ended",
    "unknown_opcode": "ended",
    "long_ping": "ended",
    "stray_continuation": "ended",
    "half_a_frame": "ended",
    "flipped_bits": None,
}


@dataclass
class Outcome:
    """How many of each kind ended how; `wrong` tells each that ended otherwise."""

    became: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)


def spoilt(kind: str, rng: random.Random) -> bytes:
    """The bytes between two good messages."""
    half = rng.randrange(1, len(GOOD))
    start, rest = ws_frame(GOOD[:half], fin=False), ws_frame(GOOD[half:], 0)
    pings = b"".join(ws_frame(rng.randbytes(rng.randrange(126)), PING) for _ in range(rng.randrange(1, 300)))
    made = {
        "fragmented": start + rest,
        "pings_between_fragments": start + pings + rest,
        "ping_flood": pings,
        "binary": ws_frame(GOOD, BINARY),
        "empty": ws_frame(b""),
        "bad_utf8": ws_frame(b"\xff\xfe" + rng.randbytes(8)),
        "cut_fragment": start + ws_frame(b"", 0),
        "masked": ws_frame(GOOD, masked=True),
        "reserved_bits": bytes([TEXT | 0x80 | rng.choice((0x10, 0x20, 0x40))]) + ws_frame(GOOD)[1:],
        "unknown_opcode": ws_frame(GOOD, rng.choice((3, 5, 7, 11, 15))),
        "long_ping": ws_frame(b"p" * 126, PING),
        "stray_continuation": ws_frame(GOOD, 0),
        "half_a_frame": ws_frame(GOOD)[: rng.randrange(1, len(GOOD))],
        "flipped_bits": flip(ws_frame(GOOD), rng),
    }
    if kind in made:
        return made[kind]
    if kind == "oversized":
        return ws_frame(b" " * (_MEGABYTE + 1))
    return ws_frame(b" " * (_MEGABYTE // 2), fin=False) + ws_frame(b" " * (_MEGABYTE // 2 + 1), 0)


async def run_frames(count: int, seed: int) -> Outcome:
    """One connection per spoilt frame; an exception that is none of ours is a crash."""
    rng, outcome = random.Random(seed), Outcome()
    sending: list[tuple[str, bytes]] = []

    async def script(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        kind, bytes_between = sending[-1]
        last = b"" if kind == "half_a_frame" else ws_frame(GOOD) + _BYE
        writer.write(ws_frame(GOOD) + bytes_between + last)
        if kind == "half_a_frame":
            writer.write_eof()
        # A server ends the connection, but not before the client's own farewell: a reset loses what it sent.
        # Where a spoilt length lets the client wait for more, neither would ever speak again.
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(_SILENCE_S if kind == "flipped_bits" else _PATIENCE_S):
                while (heard := await reader.read(65_536)) and _FAREWELL not in heard:
                    continue

    async with streaming(script) as address:
        exchange = BinanceExchange("binance", "http://127.0.0.1:1/api", address, RateBudget(0.6))
        for _ in range(count):
            kind = rng.choice(list(KINDS))
            sending.append((kind, spoilt(kind, rng)))
            async with asyncio.timeout(_PATIENCE_S):
                frames, ending = await listen(exchange)
            judge(outcome, kind, sending.pop()[1], frames, ending)
        await exchange.close()
    return outcome


async def listen(exchange: BinanceExchange) -> tuple[list[Frame], str]:
    """Everything a connection said and how it ended."""
    heard: list[Frame] = []
    try:
        async with aclosing(exchange.frames(FOLLOWED)) as frames:
            async for frame in frames:
                heard.append(frame)
    except ExchangeUnavailable as error:
        return heard, str(error)
    return heard, "ended by itself"


def judge(outcome: Outcome, kind: str, sent: bytes, frames: list[Frame], ending: str) -> None:
    """Compare with what has to become of it."""
    rejected = sum(isinstance(frame, RejectedFrame) for frame in frames)
    prices = [frame.last for frame in frames if isinstance(frame, LastFrame)]
    became = "ended" if "1000" not in ending else "rejected" if rejected else "harmless"
    outcome.became[f"{kind}: {became}"] += 1
    fine = prices[:1] == [PRICE] and len(prices) + rejected == len(frames)
    if (expected := KINDS[kind]) is not None:
        fine = fine and became == expected and rejected <= 1 and set(prices) == {PRICE}
    if not fine:
        outcome.wrong.append(f"{kind} {sent[:80]!r}: {became}, {rejected} rejected, {prices}, {ending}")
