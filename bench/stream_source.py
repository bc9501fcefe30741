"""The other end of `bench.stream`, in a process of its own: a WebSocket server that sends candles.

    python -m bench.stream_source burst MESSAGES          as fast as they are taken
    python -m bench.stream_source market RATE SERIES SPEED START   a market that runs from START (ms) on

It prints its address. A closed candle carries the time it was sent at (us since the epoch, wall) as its
number of trades, so that the other end can tell how old it is.
"""

from __future__ import annotations

import asyncio
import sys
import time
from itertools import cycle

from market.interval import Interval
from tests.ingest.raw_stream import Script, streaming, ws_frame

M1 = Interval("1m")
CLOSES_WITHIN_MS = 2_005  # of market time, measured in recordings of the real exchange
TICK_S = 0.01
QUOTES = 7  # every seventh message is a quote


def names(count: int) -> list[str]:
    """Symbols."""
    return [f"COIN{at:03d}USDT" for at in range(count)]


def candle(symbol: str, open_time: int, sent_at: int, *, closed: bool, trades: int = 100) -> bytes:
    """As the combined stream sends it: 366 bytes and more."""
    return (
        f'{{"stream":"{symbol.lower()}@kline_1m","data":{{"e":"kline","E":{sent_at},"s":"{symbol}","k":{{'
        f'"t":{open_time},"T":{open_time + 59_999},"s":"{symbol}","i":"1m","f":100,"L":200,'
        f'"o":"16500.10000000","c":"16500.20000000","h":"16501.00000000","l":"16499.00000000",'
        f'"v":"1000.00000000","n":{trades},"x":{"true" if closed else "false"},"q":"16500000.00000000",'
        f'"V":"500.00000000","Q":"8250000.50000000","B":"0"}}}}}}'
    ).encode()


def quote(symbol: str, number: int) -> bytes:
    """Best bid and ask."""
    return (
        f'{{"stream":"{symbol.lower()}@bookTicker","data":{{"u":{number},"s":"{symbol}","b":"16500.10000000",'
        f'"B":"1.00000000","a":"16500.20000000","A":"2.00000000"}}}}'
    ).encode()


def burst(messages: int) -> Script:
    """Running candles of ten symbols, each message another one."""
    start = 1_672_531_200_000
    batch = b"".join(
        ws_frame(candle(symbol, start, start + at, closed=False))
        for at, symbol in zip(range(1_000), cycle(names(10)), strict=False)
    )

    async def send(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        for _ in range(messages // 1_000):
            writer.write(batch)
            await writer.drain()
        await asyncio.sleep(3600)

    return send


def market(rate: int, series: int, speed: float, start: int) -> Script:
    """`rate` running candles and quotes per second of wall time; a close per series and market minute."""
    began, symbols = time.time(), names(series)

    async def send(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        turn, sent, first = cycle(symbols), 0, time.time()
        due = first_closes(symbols, M1.next_open(now(start, began, speed)))
        while True:
            at = now(start, began, speed)
            for symbol in [each for each, when in due.items() if when <= at]:
                closes = M1.floor(due[symbol])
                stamp = int(time.time() * 1e6)
                writer.write(ws_frame(candle(symbol, closes - 60_000, at, closed=True, trades=stamp)))
                due[symbol] += 60_000
            wanted = int((time.time() - first) * rate) - sent
            sent += wanted
            bar = M1.floor(at)
            writer.write(
                b"".join(
                    ws_frame(
                        candle(next(turn), bar, at, closed=False, trades=number)
                        if number % QUOTES
                        else quote(next(turn), number)
                    )
                    for number in range(sent - wanted, sent)
                )
            )
            await writer.drain()
            await asyncio.sleep(TICK_S)

    return send


def first_closes(symbols: list[str], boundary: int) -> dict[str, int]:
    """When (market time) the bar that ends at the boundary is called closed, spread as the exchange does."""
    return {
        symbol: boundary + 5 + (CLOSES_WITHIN_MS - 5) * at // len(symbols)
        for at, symbol in enumerate(symbols)
    }


def now(start: int, began: float, speed: float) -> int:
    """Market time, ms."""
    return start + int((time.time() - began) * 1000 * speed)


async def main() -> None:
    kind, *numbers = sys.argv[1:]
    if kind == "burst":
        script = burst(int(numbers[0]))
    else:
        script = market(int(numbers[0]), int(numbers[1]), float(numbers[2]), int(numbers[3]))
    async with streaming(script) as address:
        print(address, flush=True)
        await asyncio.sleep(3600)


if __name__ == "__main__":
    asyncio.run(main())
