"""What is read from MySQL, as documents: all of a stream, or what one range of changes touched."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Final

from market.decision import LEDGER, Origin, Role
from market.documents.backtests import backtest_document
from market.documents.decisions import decision_document
from market.documents.equity import equity_documents
from market.documents.klines import kline_documents
from market.documents.models import model_document
from market.documents.quality import quality_document
from market.documents.stream import Document
from market.documents.ticks import tick_document
from market.interval import END_OF_TIME, Series
from market.ports import (
    BacktestRun,
    ChangeLog,
    Clock,
    DecisionFilter,
    DecisionStore,
    HealthStore,
    KlineStore,
    TickStore,
)

PAGE: Final = 5_000
DECISION_PAGE: Final = 1_000


@dataclass(frozen=True)
class Record:
    """The record in MySQL, read only; `clock` gives the market clock of an exchange."""

    klines: KlineStore
    ticks: TickStore
    decisions: DecisionStore
    changes: ChangeLog
    health: HealthStore
    clock: Callable[[str], Clock]


def klines(record: Record, series: Series, start: int = 0, end: int = END_OF_TIME) -> Iterator[Document]:
    """Candles that open in `[start, end)`."""
    while True:
        page = record.klines.read(series, start, end, limit=PAGE)
        yield from kline_documents(series, page)
        if page.num_rows < PAGE:
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


def models(record: Record, series: Series) -> Iterator[Document]:
    """Every model of the series."""
    yield from map(model_document, record.decisions.models(series))


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


def _all_series(record: Record) -> list[Series]:
    return [status.series for status in record.klines.series()]


def _all_klines(record: Record) -> Iterator[Document]:
    for series in _all_series(record):
        yield from klines(record, series)


def _all_ticks(record: Record) -> Iterator[Document]:
    for exchange, symbol in sorted({(series.exchange, series.symbol) for series in _all_series(record)}):
        yield from ticks(record, exchange, symbol)


def _all_decisions(record: Record) -> Iterator[Document]:
    for series in _all_series(record):
        yield from ledger(record, series)
        for run in record.decisions.backtests(series):
            yield from backtest(record, series, run.run_id)


def _all_runs(record: Record) -> Iterator[BacktestRun]:
    for series in _all_series(record):
        yield from record.decisions.backtests(series)


def _all_backtests(record: Record) -> Iterator[Document]:
    yield from map(backtest_document, _all_runs(record))


def _all_equity(record: Record) -> Iterator[Document]:
    for run in _all_runs(record):
        yield from equity_documents(run)


def _all_models(record: Record) -> Iterator[Document]:
    yield from map(model_document, record.decisions.models())


def _all_quality(record: Record) -> Iterator[Document]:
    yield from quality(record, set(_all_series(record)))


# Anchors are not among them (what an edited ledger could renew would prove nothing), nor are alerts (MySQL
# holds none).
EVERYTHING: Final[dict[str, Callable[[Record], Iterator[Document]]]] = {
    "klines": _all_klines,
    "ticks": _all_ticks,
    "decisions": _all_decisions,
    "models": _all_models,
    "quality": _all_quality,
    "backtests": _all_backtests,
    "equity": _all_equity,
}
