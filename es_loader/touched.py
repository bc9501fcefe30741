"""What a range of changes asks of Elasticsearch: documents to write anew, and documents to remove."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import chain

from elasticsearch import Elasticsearch

from es_loader import gaps, life, record, samples
from es_loader.body import Body, Operation
from es_loader.ndjson import kline_bodies
from es_loader.ranges import Range, Span
from es_loader.record import Record
from market.documents import DOCUMENTS
from market.documents.backtests import backtest_document
from market.documents.calibration import calibration_documents
from market.documents.equity import equity_documents
from market.documents.klines import kline_id, kline_partition
from market.documents.models import model_document
from market.documents.stream import Document, daily
from market.interval import END_OF_TIME, Series


class Touched:
    """Turns ranges into operations on the documents of `generations` (by stream)."""

    def __init__(self, rows: Record, client: Elasticsearch) -> None:
        self._record = rows
        self._client = client
        self.generations: dict[str, int] = {}
        self._asked: dict[str, Callable[[Range], Iterator[Operation | Body]]] = {
            "ticks": self._ticks,
            "heartbeats": self._heartbeats,
            "klines": self._klines,
            "decisions": self._decisions,
            "backtests": self._runs,
            "models": self._models,
            "model_events": self._events,
            "monitors": self._monitors,
            "trials": self._trials,
            "jobs": self._jobs,
        }

    def operations(self, changed: Range) -> Iterator[Operation | Body]:
        """Everything that one range asks for; a stream that has no documents asks for nothing."""
        asked = self._asked.get(changed.stream)
        if asked:
            yield from asked(changed)

    def quality(self, spans: Mapping[Series, Span]) -> Iterator[Operation]:
        """The state of some series, and what is wrong with them in the span of each."""
        yield from self._all("quality", record.quality(self._record, set(spans)))
        near = {series: _with_neighbours(series, span) for series, span in spans.items()}
        standing = [each for pair in near.items() for each in gaps.holes(self._record, *pair)]
        yield from self._all("holes", standing)
        for document_id in set(gaps.stored_holes(self._client, near)) - {each.id for each in standing}:
            yield self._remove("holes", document_id, "")
        for pair in spans.items():
            yield from self._all("revisions", gaps.revisions(self._record, *pair))

    def write(self, stream: str, document: Document) -> Operation:
        """Write one document, over whatever is there."""
        return Operation("index", DOCUMENTS[stream], self.generations[stream], document)

    def _remove(self, stream: str, document_id: str, partition: str) -> Operation:
        document = Document(document_id, partition, {})
        return Operation("delete", DOCUMENTS[stream], self.generations[stream], document)

    def _all(self, stream: str, documents: Iterable[Document]) -> Iterator[Operation]:
        for document in documents:
            yield self.write(stream, document)

    def _decisions(self, changed: Range) -> Iterator[Operation]:
        of_candles = record.ledger(self._record, changed.of, changed.start, changed.end + 1)
        yield from self._all("decisions", of_candles)

    def _models(self, changed: Range) -> Iterator[Operation]:
        models = self._record.decisions.models(changed.of)
        yield from self._all("models", map(model_document, models))
        yield from self._all("calibration", chain.from_iterable(map(calibration_documents, models)))

    def _events(self, changed: Range) -> Iterator[Operation]:
        yield from self._all("events", life.events(self._record, changed.of, changed.span))

    def _monitors(self, changed: Range) -> Iterator[Operation]:
        yield from self._all("monitors", life.monitors(self._record, changed.of, changed.span))

    def _trials(self, changed: Range) -> Iterator[Operation]:
        yield from self._all("trials", life.trials(self._record, changed.of))

    def _jobs(self, changed: Range) -> Iterator[Operation]:
        yield from self._all("jobs", life.jobs(self._record, changed.span))

    def _klines(self, changed: Range) -> Iterator[Operation | Body]:
        series = changed.of
        revisions = self._record.klines.revisions(series, changed.start, changed.end + 1)
        gone = {each.open_time for each in revisions if each.new is None}
        for page in record.kline_pages(self._record, series, changed.start, changed.end + 1):
            if gone:
                gone.difference_update(page.column("open_time").to_pylist())  # withdrawn once, back again
            yield from kline_bodies(series, page, self.generations["klines"])
        for time in sorted(gone):
            yield self._remove("klines", kline_id(series, time), kline_partition(series, time))
        yield from self._all(
            "events", life.events(self._record, series, life.priced_by(series, changed.span))
        )

    def _runs(self, changed: Range) -> Iterator[Operation]:
        series = changed.of
        for run in self._record.decisions.backtests(series):
            if changed.start <= run.start and run.end <= changed.end:
                for each in record.backtest(self._record, series, run.run_id):
                    yield self.write("decisions", each)
                for point in equity_documents(run):
                    yield self.write("equity", point)
                yield self.write("backtests", backtest_document(run))

    def _ticks(self, changed: Range) -> Iterator[Operation]:
        exchange, symbol = changed.series.split("/")
        documents = record.ticks(self._record, exchange, symbol, changed.start, changed.end + 1)
        yield from self._sampled(changed, documents, {"market.exchange": exchange, "market.symbol": symbol})

    def _heartbeats(self, changed: Range) -> Iterator[Operation]:
        exchange, service = changed.series.split("/")
        documents = samples.heartbeats(self._record, exchange, service, changed.span)
        yield from self._sampled(changed, documents, {"market.exchange": exchange, "service.name": service})

    def _sampled(
        self, changed: Range, documents: Iterable[Document], terms: Mapping[str, str]
    ) -> Iterator[Operation]:
        """Write what is there; what lay before the first of them was purged."""
        oldest: int | None = None
        for document in documents:
            oldest = _time(document) if oldest is None else oldest
            yield self.write(changed.stream, document)
        purged_until = changed.end + 1 if oldest is None else oldest
        if purged_until > changed.start:
            stream = DOCUMENTS[changed.stream]
            for document_id, time in samples.stored(self._client, stream, terms, changed.start, purged_until):
                yield self._remove(changed.stream, document_id, daily(time))


def _with_neighbours(series: Series, span: Span) -> Span:
    """A candle more on either side: holes that come to touch one another become one."""
    length = series.interval.typical_ms
    return Span(max(span.start - length, 0), min(span.end + length, END_OF_TIME))


def _time(document: Document) -> int:
    time = document.body["@timestamp"]
    if not isinstance(time, int):
        raise TypeError(f"{document.id} has no time")
    return time
