"""How fast live messages are taken in, and how soon a closed candle is in the database.

    python -m bench.stream [--messages 300000] [--minutes 6]

1. Receive, decode, validate, enqueue: running candles over a real WebSocket from another process; messages
   per CPU second of this process. Gate: 100,000.
2. Event to commit: 60 series close each minute within 2 s of market time, while 10,000 running candles
   and quotes come per second of wall time, the market running at four times its pace, every close
   confirmed. Real peak, assumed: 500 symbols x 3 intervals with a message each every 1.5 s, 1,000 per
   second. Time zero is just before the exchange's `write`, the end is the return of the transaction that
   holds the candle. Gate: p99 within 250 ms.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import logging
import os
import platform
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncGenerator, Iterator, Sequence
from contextlib import closing, contextmanager
from datetime import timedelta
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from bench.stream_source import M1, names
from ingest.budget import RateBudget
from ingest.connection import Connection, Line
from ingest.counters import StreamCounters
from ingest.exchanges.binance import BinanceExchange
from ingest.inbox import Inbox
from ingest.keeper import Keeper
from ingest.live import Frame
from ingest.market_clock import SampledClock
from ingest.patience import Patience
from ingest.stream import LiveStream
from ingest.trades import TradeIds
from market.interval import Interval, Series
from market.kline import Kline, klines_from_rows
from market.ports import SymbolInfo, WriteResult
from market.store import ClockRecorder, Database, MySQLKlineStore, MySQLTickStore, StoreSettings
from tests.servers import TestDatabase

if TYPE_CHECKING:  # at run time the driver has to be loaded before Arrow: see market/__init__.py
    import pyarrow as pa

SERIES, RATE, SPEED = 60, 10_000, 4.0
START = 1_672_531_200_000 - 30_000
GATE_PER_S, GATE_P99_MS = 100_000, 250


@contextmanager
def source(*words: str) -> Iterator[str]:
    """The address of a running source."""
    command = [sys.executable, "-m", "bench.stream_source", *words]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        yield process.stdout.readline().strip()
        process.kill()


def exchange_at(stream: str) -> BinanceExchange:
    return BinanceExchange("bench", "http://127.0.0.1:1/api", stream, RateBudget(0.6))


async def receive(messages: int) -> float:
    """Messages per CPU second of this process."""
    followed = [Series("bench", name, M1) for name in names(10)]
    counters, clock = StreamCounters(), SampledClock()
    clock.observe(START)
    with source("burst", str(messages + 20_000)) as address:
        exchange = exchange_at(address)
        line = Line(
            exchange, followed, clock, Inbox(counters), counters, TradeIds(counters), lambda _key: None
        )
        connection = Connection(line)
        while counters.messages < 10_000:  # connected and warm
            await asyncio.sleep(0.001)
        began, had = time.process_time(), counters.messages
        while counters.messages < had + messages - 10_000:
            await asyncio.sleep(0.01)
        speed = (counters.messages - had) / (time.process_time() - began)
        await connection.close()
        await exchange.close()
    assert not counters.rejected, counters
    return speed


class TimedStore(MySQLKlineStore):
    """Notes how old each closed candle was when its transaction returned."""

    def __init__(self, db: Database) -> None:
        super().__init__(db)
        self.delays_ms: list[float] = []
        self.sizes: list[int] = []

    def write_closed(self, bars: Sequence[tuple[Series, Kline]], *, now: int) -> WriteResult:
        result = super().write_closed(bars, now=now)
        done = time.time() * 1000
        self.delays_ms += [done - bar.trades / 1000 for _, bar in bars]
        self.sizes.append(len(bars))
        return result


class Market:
    """Live from the source, confirmed by arithmetic."""

    exchange = "bench"

    def __init__(self, address: str) -> None:
        self._live = exchange_at(address)
        self._began = time.time()

    async def server_time(self) -> int:
        return START + int((time.time() - self._began) * 1000 * SPEED)

    async def symbol(self, name: str) -> SymbolInfo:
        return SymbolInfo("bench", name, name, "USDT", "TRADING")

    async def klines(
        self, symbol: str, interval: Interval, start: int | None, end: int | None, limit: int = 1000
    ) -> pa.Table:
        last = min(end or 2**53, await self.server_time())
        opens = list(interval.opens(start or 0, last + 1))[:limit]
        rest = ["16500.1", "16501", "16499", "16500.2", "1000"]
        return klines_from_rows(
            [[at, *rest, at + 59_999, "16500000", 100, "500", "8250000.5"] for at in opens]
        )

    def frames(self, followed: Sequence[Series]) -> AsyncGenerator[Frame, None]:
        return self._live.frames(followed)

    async def close(self) -> None:
        await self._live.close()


async def commit(settings: StoreSettings, minutes: int) -> dict[str, Any]:
    """Follow the source for this many closes of every series."""
    database = Database(settings, "ingest")
    store = TimedStore(database)
    with (
        source("market", str(RATE), str(SERIES), str(SPEED), str(START)) as address,
        closing(Keeper(store, Patience(None))) as keeper,
    ):
        exchange = Market(address)
        live = LiveStream(
            exchange, keeper, MySQLTickStore(database), ClockRecorder(database), timedelta(days=7)
        )
        task = asyncio.create_task(live.run([(name, M1) for name in names(SERIES)]))
        while len(store.delays_ms) < SERIES * minutes and not task.done():
            await asyncio.sleep(0.1)
        task.cancel()
        await asyncio.wait([task])
        await exchange.close()
    return figures(store, live.counters)


def figures(store: TimedStore, counters: StreamCounters) -> dict[str, Any]:
    delays = np.array(store.delays_ms)
    return {
        "closes": len(delays),
        "event_to_commit_ms": {f"p{each}": round(float(np.percentile(delays, each)), 1) for each in (50, 99)}
        | {"max": round(float(delays.max()), 1)},
        "closes_per_transaction": round(float(np.mean(store.sizes)), 1),
        "messages": counters.messages,
        "rejected": dict(counters.rejected),
        "spilled": counters.spilled,
        "reconnects": counters.reconnects,
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--messages", type=int, default=300_000)
    parser.add_argument("--minutes", type=int, default=6, help="of market time")
    asked = parser.parse_args()
    logging.getLogger("ingest").setLevel(logging.ERROR)  # the stamp makes every close differ from REST's
    speeds = [round(asyncio.run(receive(asked.messages))) for _ in range(3)]
    with tempfile.TemporaryDirectory(prefix="opa-", ignore_cleanup_errors=True) as name:
        Path(name).chmod(0o755)
        with TestDatabase.running(Path(name) / "mariadb") as database:
            latency = asyncio.run(commit(database.settings, asked.minutes))
    result = {
        "messages_per_cpu_second": sorted(speeds),
        **latency,
        "machine": f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}",
        "websockets": version("websockets"),
        "msgspec": version("msgspec"),
    }
    print(json.dumps(result, indent=2))
    met = sorted(speeds)[1] >= GATE_PER_S and latency["event_to_commit_ms"]["p99"] <= GATE_P99_MS
    raise SystemExit(0 if met else 1)


if __name__ == "__main__":
    main()
