"""Every stream that is made from MySQL alone, whole: what a rebuild writes and a check compares."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Final

from es_loader import gaps, life, record, samples
from es_loader.record import Record
from market.documents.backtests import backtest_document
from market.documents.calibration import calibration_documents
from market.documents.equity import equity_documents
from market.documents.models import model_document
from market.documents.stream import Document
from market.errors import InvalidInput
from market.interval import Series
from market.ports import BacktestRun

Documents = Callable[[Record], Iterator[Document]]


def _series(rows: Record) -> list[Series]:
    return [status.series for status in rows.klines.series()]


def _runs(rows: Record) -> Iterator[BacktestRun]:
    for series in _series(rows):
        yield from rows.decisions.backtests(series)


def _by_series(documents: Callable[[Record, Series], Iterator[Document]]) -> Documents:
    def every(rows: Record) -> Iterator[Document]:
        for series in _series(rows):
            yield from documents(rows, series)

    return every


def _ticks(rows: Record) -> Iterator[Document]:
    for exchange, symbol in sorted({(series.exchange, series.symbol) for series in _series(rows)}):
        yield from record.ticks(rows, exchange, symbol)


def _decisions(rows: Record, series: Series) -> Iterator[Document]:
    yield from record.ledger(rows, series)
    for run in rows.decisions.backtests(series):
        yield from record.backtest(rows, series, run.run_id)


def _models(rows: Record) -> Iterator[Document]:
    yield from map(model_document, rows.decisions.models())


def _calibration(rows: Record) -> Iterator[Document]:
    for model in rows.decisions.models():
        yield from calibration_documents(model)


def _quality(rows: Record) -> Iterator[Document]:
    yield from record.quality(rows, set(_series(rows)))


def _backtests(rows: Record) -> Iterator[Document]:
    yield from map(backtest_document, _runs(rows))


def _equity(rows: Record) -> Iterator[Document]:
    for run in _runs(rows):
        yield from equity_documents(run)


# Anchors are not among them (what an edited ledger could renew would prove nothing), nor are alerts (MySQL
# holds none).
EVERYTHING: Final[dict[str, Documents]] = {
    "klines": _by_series(record.klines),
    "ticks": _ticks,
    "decisions": _by_series(_decisions),
    "models": _models,
    "calibration": _calibration,
    "trials": _by_series(life.trials),
    "events": _by_series(life.events),
    "monitors": _by_series(life.monitors),
    "jobs": life.jobs,
    "quality": _quality,
    "holes": _by_series(gaps.holes),
    "revisions": _by_series(gaps.revisions),
    "backtests": _backtests,
    "equity": _equity,
    "heartbeats": samples.every_heartbeat,
}


def known_streams(names: Iterable[str]) -> list[str]:
    """Each of them once; `InvalidInput` for one that is not made from MySQL."""
    unique = list(dict.fromkeys(names))
    unknown = set(unique) - set(EVERYTHING)
    if unknown:
        raise InvalidInput(f"no stream {', '.join(sorted(unknown))}: choose from {', '.join(EVERYTHING)}")
    return unique
