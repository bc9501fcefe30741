"""A small stocked shop: a made-up market, a trained model on disk, and everything a scorer needs."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Thread

import httpx
import pandas as pd
import pyarrow as pa
import uvicorn
from fastapi import FastAPI

from market.decision import Role
from market.interval import Series
from market.kline import Finality, Source, klines_from_columns
from market.ports import ChangeLog, Clock, DecisionStore, KlineStore, ModelRecord, SymbolInfo
from market.store.memory import MemoryKlineStore
from market.store.memory_decisions import MemoryDecisionStore
from model_service.follow import Scorer
from model_service.ledger import Scribe
from model_service.registry import Shelf
from model_service.trained import TrainedModel
from tests.model_service.markets import QUARTER

SERIES = Series("simulated", "ETHUSDT", QUARTER)
STEP = QUARTER.typical_ms


@dataclass
class HandClock:
    """A market clock that a test moves."""

    time: int = 0

    def now(self) -> int:
        return self.time


@dataclass
class Shop:
    """Stores, models and clock of one exchange."""

    klines: KlineStore
    decisions: DecisionStore
    changes: ChangeLog
    shelf: Shelf
    clock: HandClock
    series: Series = SERIES

    def confirm(self, bars: pd.DataFrame) -> None:
        """Write candles as ingest does once the exchange's answer confirmed them, and nothing between."""
        first, last = int(bars["open_time"].iloc[0]), int(bars["open_time"].iloc[-1])
        self.klines.write(
            self.series, table(bars, self.series.interval.typical_ms), finality=Finality.CONFIRMED,
            source=Source.REST, now=last, covered=(first, last + self.series.interval.typical_ms),
        )  # fmt: skip

    def register(
        self, model: TrainedModel, model_id: str, train_start: int, train_end: int, *, later: int = 0
    ) -> ModelRecord:
        """Put a model in charge."""
        files = self.shelf.save(model, model_id)
        record = ModelRecord(
            model_id, self.series, Role.CHAMPION, "lightgbm", train_end + 1 + later, train_start, train_end,
            model.spec.horizon, True, {"verdict": "not proven"}, files,
        )  # fmt: skip
        self.decisions.save_model(record)
        return record

    def scorer(self, decisions: DecisionStore | None = None) -> Scorer:
        """A scorer that knows nothing but what is stored."""

        def clock(_exchange: str) -> Clock:
            return self.clock

        scribe = Scribe(self.klines, decisions or self.decisions, self.shelf, clock, 120_000)
        return Scorer(scribe, self.changes)


def memory_shop(folder: Path, series: Series = SERIES) -> Shop:
    """A shop on the twins."""
    klines = MemoryKlineStore()
    shop = Shop(klines, MemoryDecisionStore(klines), klines.changes, Shelf(folder), HandClock(), series)
    open_shop(shop)
    return shop


def open_shop(shop: Shop) -> None:
    """Make the series known."""
    symbol = shop.series.symbol
    info = SymbolInfo(shop.series.exchange, symbol, symbol.removesuffix("USDT"), "USDT", "TRADING")
    shop.klines.register(info, shop.series.interval)


def table(bars: pd.DataFrame, step: int = STEP) -> pa.Table:
    """A made-up market as exact klines."""

    def text(name: str) -> Sequence[str]:
        return [f"{value:.8f}" for value in bars[name]]

    times, ones = [int(t) for t in bars["open_time"]], ["1"] * len(bars)
    prices = [text(name) for name in ("open", "high", "low", "close", "volume")]
    ends = [t + step - 1 for t in times]
    return klines_from_columns([times, *prices, ends, ones, [1] * len(bars), ones, ones])


@contextmanager
def answering(app: FastAPI, key: str) -> Iterator[httpx.Client]:
    """A client of the application over real HTTP on a free port."""
    server = uvicorn.Server(uvicorn.Config(app, host="127.0.0.1", port=0, log_level="warning"))
    thread = Thread(target=server.run, daemon=True)
    thread.start()
    deadline = time.monotonic() + 60
    while not server.started:
        assert time.monotonic() < deadline, "the server did not start"
        time.sleep(0.02)
    port = server.servers[0].sockets[0].getsockname()[1]
    try:
        with httpx.Client(
            base_url=f"http://127.0.0.1:{port}", headers={"X-API-Key": key}, timeout=30
        ) as client:
            yield client
    finally:
        server.should_exit = True
        thread.join(10)
