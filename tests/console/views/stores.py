"""What both APIs read in the demo, all of it in memory."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from market.interval import HOUR, Series
from market.ports import Clock
from market.store.memory import MemoryKlineStore, MemoryTickStore
from market.store.memory_decisions import MemoryDecisionStore
from market.store.memory_lifecycle import MemoryLifecycleStore
from model_service.deps import Service
from model_service.portfolio.holdings import parse_portfolio
from model_service.registry import Shelf
from tests.model_service.made import HandClock

BTC: Final = Series.of("simulated", "BTCUSDT", "1h")
ETH: Final = Series.of("simulated", "ETHUSDT", "1h")
XRP: Final = Series.of("binance", "XRPUSDT", "1h")
LEARNT: Final = 6_200
BARS: Final = 6_600
END: Final = 1_790_000_000_000 // HOUR * HOUR
START: Final = END - BARS * HOUR
NOW: Final = END + 12_000
PORTFOLIO: Final = "BTCUSDT:0.5,ETHUSDT:4,USDT:10000"


@dataclass
class Demo:
    """What both APIs read."""

    klines: MemoryKlineStore
    ticks: MemoryTickStore
    decisions: MemoryDecisionStore
    life: MemoryLifecycleStore
    shelf: Shelf
    clock: HandClock

    def service(self) -> Service:
        """The parts of the model API."""
        watched = parse_portfolio(PORTFOLIO, BTC.exchange)
        return Service(
            self.klines, self.decisions, self.shelf, self.market_clock, lambda _jobs, _force: None,
            self.ticks, watched, self.life, self.klines.changes,
        )  # fmt: skip

    def market_clock(self, _exchange: str) -> Clock:
        """The one clock of all exchanges."""
        return self.clock


def nothing_stored(folder: Path, now: int = NOW) -> Demo:
    """Empty stores; models would be kept in `folder`."""
    klines = MemoryKlineStore()
    decisions = MemoryDecisionStore(klines)
    life, ticks = MemoryLifecycleStore(decisions), MemoryTickStore(klines)
    return Demo(klines, ticks, decisions, life, Shelf(folder), HandClock(now))
