"""What is read from MySQL, as documents: all of a stream, or what one range of changes touched."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Final

import pyarrow as pa

from market.decision import LEDGER, Origin, Role
from market.documents.decisions import decision_document
from market.documents.klines import kline_documents
from market.documents.quality import quality_document
from market.documents.stream import Document
from market.documents.ticks import tick_document
from market.interval import END_OF_TIME, Series
from market.ports import (
    ChangeLog,
    Clock,
    DecisionFilter,
    DecisionStore,
    HealthStore,
    HeartbeatStore,
    KlineStore,
    LifecycleStore,
    TickStore,
)

PAGE: Final = 5_000
KLINE_PAGE: Final = 10_000
DECISION_PAGE: Final = 1_000


@dataclass(frozen=True)
class Record:
    """The record in MySQL, read only; `clock` gives the market clock of an exchange."""

    klines: KlineStore
    ticks: TickStore
    decisions: DecisionStore
    changes: ChangeLog
    health: HealthStore
    lifecycle: LifecycleStore
    heartbeats: HeartbeatStore
    clock: Callable[[str], Clock]


def klines(record: Record, series: Series, start: int = 0, end: int = END_OF_TIME) -> Iterator[Document]:
    """Candles that open in `[start, end)`."""
    for page in kline_pages(record, series, start, end):
        yield from kline_documents(series, page)


def kline_pages(record: Record, series: Series, start: int = 0, end: int = END_OF_TIME) -> Iterator[pa.Table]:
    """The same in columns (`STORED_SCHEMA`), for whoever makes lines of them at once."""
    while True:
        page = record.klines.read(series, start, end, limit=KLINE_PAGE)
        yield page
        if page.num_rows < KLINE_PAGE:
            return
        start = page.column("open_time")[-1].as_py() + 1


def ticks(
    record: Record, exchange: str, symbol: str, start: int = 0, end: int = END_OF_TIME
) -> Iterator[Document]:
    """Samples in `[start, end)`."""
    while True:
        page = record.ticks.read(exchange, symbol, start, end, limit=PAGE)
        yield from map(tick_document, page)
        if len(page) < PAGE:
            return
        start = page[-1].time + 1


def ledger(record: Record, series: Series, start: int = 0, end: int = END_OF_TIME) -> Iterator[Document]:
    """Live and late decisions on candles that open in `[start, end)`."""
    yield from _decisions(record, _of(series, start, end, origins=LEDGER))


def backtest(record: Record, series: Series, run_id: str) -> Iterator[Document]:
    """Decisions of one stored back-test run."""
    wanted = _of(series, 0, END_OF_TIME, origins=(Origin.BACKTEST,))
    yield from _decisions(record, replace(wanted, run_id=run_id))


def quality(record: Record, series: set[Series]) -> Iterator[Document]:
    """The state of some series."""
    store = record.klines
    health = {each.pulse.series: each for each in record.health.read()}
    for status in store.series():
        if (each := status.series) in series:
            decided = record.decisions.last(each, Role.CHAMPION)
            yield quality_document(
                status,
                store.coverage(each),
                store.holes(each),
                store.last_confirmed(each),
                health.get(each),
                decided.open_time if decided else None,
            )


def _of(series: Series, start: int, end: int, origins: tuple[Origin, ...]) -> DecisionFilter:
    return DecisionFilter(
        exchange=series.exchange,
        symbol=series.symbol,
        interval=series.interval.name,
        start=start,
        end=end,
        origins=origins,
        limit=DECISION_PAGE,
    )


def _decisions(record: Record, wanted: DecisionFilter) -> Iterator[Document]:
    while True:
        page = record.decisions.read(wanted)
        yield from map(decision_document, page)
        if len(page) < DECISION_PAGE:
            return
        last = page[-1].decision
        wanted = replace(wanted, after=(last.open_time, last.id))
