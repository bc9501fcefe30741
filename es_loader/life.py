"""The life of the models as documents: what happened to them, how they drift, what was tried, what runs."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Final, TypeVar

from es_loader.ranges import ALL_TIME, Span
from es_loader.record import Record
from market.documents.events import event_document
from market.documents.jobs import job_document
from market.documents.monitors import monitor_document
from market.documents.stream import Document
from market.documents.trials import trial_documents
from market.interval import Series
from market.ports import ModelEvent

_PAGE: Final = 5_000
_PRICED_WITHIN: Final = 2  # bars; an older candle says nothing of the price of the moment
Row = TypeVar("Row")


def events(record: Record, series: Series, span: Span = ALL_TIME) -> Iterator[Document]:
    """The timeline of the series' models in the span."""

    def read(start: int, end: int, limit: int) -> Sequence[ModelEvent]:
        return record.lifecycle.events(series, since=start, end=end, limit=limit)

    for each in _backwards(read, lambda event: event.time, span):
        yield event_document(each, _price(record, each))


def priced_by(series: Series, candles: Span) -> Span:
    """When an event may have happened whose price is the close of one of these candles."""
    end = candles.end
    for _ in range(_PRICED_WITHIN + 1):
        end = series.interval.next_open(end)
    return Span(series.interval.next_open(candles.start), end - 1)


def monitors(record: Record, series: Series, span: Span = ALL_TIME) -> Iterator[Document]:
    """Measures of drift after the candles that open in the span."""
    yield from map(
        monitor_document,
        _backwards(
            lambda start, end, limit: record.lifecycle.readings(series, since=start, end=end, limit=limit),
            lambda reading: reading.time,
            span,
        ),
    )


def trials(record: Record, series: Series) -> Iterator[Document]:
    """Everything that was tried on the series: each of them is numbered."""
    yield from trial_documents(record.decisions.trials(series))


def jobs(record: Record, span: Span = ALL_TIME) -> Iterator[Document]:
    """Jobs that were started in the span."""
    yield from map(
        job_document,
        _backwards(
            lambda start, end, limit: record.decisions.jobs(limit, since=start, end=end),
            lambda job: job.started_at,
            span,
        ),
    )


def _backwards(
    read: Callable[[int, int, int], Sequence[Row]], time: Callable[[Row], int], span: Span
) -> Iterator[Row]:
    """Rows of the span from a store that answers `[start, end)` newest first, at most `limit`."""
    end, limit = span.end + 1, _PAGE
    while True:
        found = read(span.start, end, limit)
        if len(found) < limit:
            yield from found
            return
        oldest = time(found[-1])  # the page may end amid the rows of one instant
        whole = [row for row in found if time(row) > oldest]
        yield from whole
        end, limit = oldest + 1, limit if whole else 2 * limit


def _price(record: Record, event: ModelEvent) -> float | None:
    """Close of the last candle that was over by then."""
    running = start = event.series.interval.floor(event.time)
    for _ in range(_PRICED_WITHIN):
        start = event.series.interval.floor(start - 1)
    newest = record.klines.read(event.series, start, running, limit=1, newest=True)
    return float(newest.column("close")[0].as_py()) if newest.num_rows else None
