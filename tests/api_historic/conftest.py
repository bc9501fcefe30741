from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import httpx
import pytest

from api_historic.app import create_app
from api_historic.deps import Stores
from market.coverage import Hole, HoleReason
from market.errors import StoreUnavailable
from market.interval import HOUR, Interval, Series
from market.kline import Finality, Source, klines_from_rows
from market.ports import SymbolInfo
from market.store.memory import MemoryKlineStore, MemoryTickStore
from market.store.memory_changes import MemoryChangeLog
from market.tick import Tick
from tests.api_historic.serving import serving
from web.keys import Keys

KEY = "a-key-of-some-length"
START = 1_609_459_200_000  # 2021-01-01T00:00:00Z
BARS = 48
GAP = (START + 10 * HOUR, START + 12 * HOUR)
NOW = START + BARS * HOUR + 5_000


@dataclass
class FixedClock:
    time: int = NOW

    def now(self) -> int:
        return self.time


class AwayLog(MemoryChangeLog):
    """A change log whose database is away."""

    def head(self) -> int:
        raise StoreUnavailable("the database does not answer; OPA_DB_HOST and OPA_DB_PORT name it")


class AwayKlines(MemoryKlineStore):
    """A kline store whose database is away."""

    def listed(self) -> list[Any]:
        raise StoreUnavailable("the database does not answer; OPA_DB_HOST and OPA_DB_PORT name it")


def row(open_time: int, close: str, step: int = HOUR) -> list[object]:
    return [
        open_time,
        "100.5",
        "200",
        "0.00000001",
        close,
        "0",
        open_time + step - 1,
        "12.50",
        7,
        "3.000000000001",
        "4",
    ]


def hourly(first: int, count: int) -> list[list[object]]:
    return [row(first + i * HOUR, f"{100 + i}.10") for i in range(count)]


def register(store: MemoryKlineStore, exchange: str, symbol: str, interval: str, **info: Any) -> Series:
    base, quote = symbol[:3], symbol[3:]
    return store.register(SymbolInfo(exchange, symbol, base, quote, "TRADING", **info), Interval(interval))


def fill(store: MemoryKlineStore, series: Series, rows: list[list[object]], **more: Any) -> None:
    arguments = {"finality": Finality.CONFIRMED, "source": Source.ARCHIVE, "now": NOW} | more
    store.write(series, klines_from_rows(rows), **arguments)


def seeded() -> Stores:
    klines = MemoryKlineStore()
    ticks = MemoryTickStore(klines)
    btc = register(klines, "binance", "BTCUSDT", "1h", tick_size=Decimal("0.0100"), listed_at=START)
    rows = [each for each in hourly(START, BARS) if not GAP[0] <= int(str(each[0])) < GAP[1]]
    hole = Hole(*GAP, 2, HoleReason.OUTAGE, "asked twice, empty both times")
    fill(klines, btc, rows, covered=(START, START + BARS * HOUR), holes=[hole])
    changed = [row(START + 5 * HOUR, "150")]
    fill(klines, btc, changed, source=Source.REST, covered=(START + 5 * HOUR, START + 6 * HOUR))
    running = [row(START + BARS * HOUR, "1")]
    fill(klines, btc, running, finality=Finality.RUNNING, source=Source.STREAM)
    made_up = register(klines, "simulated", "ETHUSDT", "1h", derived=("taker_base_volume",))
    fill(klines, made_up, hourly(START, 3))
    for exchange in ("binance", "simulated"):
        fill(klines, register(klines, exchange, "XRPUSDT", "1m"), [row(START, "1.5", 60_000)])
    ticks.write([_tick(i) for i in range(5)])
    return Stores(klines, ticks, klines.changes, lambda _exchange: FixedClock())


def _tick(i: int) -> Tick:
    return Tick(
        "binance",
        "BTCUSDT",
        START + i * 1000,
        Decimal("100.10"),
        Decimal("0.5"),
        Decimal("100.2") + i,
        Decimal(0),
        Decimal("0.00000001"),
    )


@pytest.fixture(scope="session")
def api() -> Iterator[str]:
    """The address of a real server over the seeded stores."""
    with serving(create_app(seeded(), Keys.only(KEY))) as address:
        yield address


@pytest.fixture(scope="session")
def client(api: str) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=api, headers={"X-API-Key": KEY}) as session:
        yield session


@pytest.fixture(scope="session")
def away() -> Iterator[httpx.Client]:
    """A client of a server whose database is away."""
    log = AwayLog()
    klines = AwayKlines(log)
    app = create_app(
        Stores(klines, MemoryTickStore(klines), log, lambda _exchange: FixedClock()), Keys.only(KEY)
    )
    with serving(app) as address, httpx.Client(base_url=address, headers={"X-API-Key": KEY}) as session:
        yield session
