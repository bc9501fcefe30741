"""What a range of changes asks of Elasticsearch: documents to write anew, and documents to remove."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from elasticsearch import Elasticsearch

from es_loader import record
from es_loader.bulk import Operation
from es_loader.client import translated
from es_loader.ranges import Range
from es_loader.record import Record
from market.documents import DOCUMENTS
from market.documents.backtests import backtest_document
from market.documents.equity import equity_documents
from market.documents.klines import kline_id, kline_partition
from market.documents.stream import Document, daily
from market.interval import Series

_PAGE: Final = 5_000


class Touched:
    """Turns ranges into operations on the documents of `generations` (by stream)."""

    def __init__(self, rows: Record, client: Elasticsearch) -> None:
        self._record = rows
        self._client = client
        self.generations: dict[str, int] = {}

    def operations(self, changed: Range) -> Iterator[Operation]:
        """Everything that one range asks for; a stream that has no documents asks for nothing."""
        if changed.stream == "ticks":
            yield from self._ticks(changed)
        elif changed.stream == "klines":
            yield from self._klines(changed, Series.parse(changed.series))
        elif changed.stream == "decisions":
            series = Series.parse(changed.series)
            for each in record.ledger(self._record, series, changed.start, changed.end + 1):
                yield self.write("decisions", each)
        elif changed.stream == "backtests":
            yield from self._runs(changed, Series.parse(changed.series))
        elif changed.stream == "models":
            for each in record.models(self._record, Series.parse(changed.series)):
                yield self.write("models", each)

    def quality(self, series: set[Series]) -> Iterator[Operation]:
        """The state of some series."""
        for each in record.quality(self._record, series):
            yield self.write("quality", each)

    def write(self, stream: str, document: Document) -> Operation:
        """Write one document, over whatever is there."""
        return Operation("index", DOCUMENTS[stream], self.generations[stream], document)

    def _remove(self, stream: str, document_id: str, partition: str) -> Operation:
        document = Document(document_id, partition, {})
        return Operation("delete", DOCUMENTS[stream], self.generations[stream], document)

    def _klines(self, changed: Range, series: Series) -> Iterator[Operation]:
        gone = {
            each.open_time
            for each in self._record.klines.revisions(series)
            if each.new is None and changed.start <= each.open_time <= changed.end
        }
        for document in record.klines(self._record, series, changed.start, changed.end + 1):
            gone.discard(_time(document))  # withdrawn once, back again
            yield self.write("klines", document)
        for time in sorted(gone):
            yield self._remove("klines", kline_id(series, time), kline_partition(series, time))

    def _runs(self, changed: Range, series: Series) -> Iterator[Operation]:
        for run in self._record.decisions.backtests(series):
            if changed.start <= run.start and run.end <= changed.end:
                for each in record.backtest(self._record, series, run.run_id):
                    yield self.write("decisions", each)
                for point in equity_documents(run):
                    yield self.write("equity", point)
                yield self.write("backtests", backtest_document(run))

    def _ticks(self, changed: Range) -> Iterator[Operation]:
        exchange, symbol = changed.series.split("/")
        oldest: int | None = None
        for document in record.ticks(self._record, exchange, symbol, changed.start, changed.end + 1):
            oldest = _time(document) if oldest is None else oldest
            yield self.write("ticks", document)
        purged_until = changed.end + 1 if oldest is None else oldest
        if purged_until > changed.start:
            for document_id, time in self._stored_ticks(exchange, symbol, changed.start, purged_until):
                yield self._remove("ticks", document_id, daily(time))

    def _stored_ticks(self, exchange: str, symbol: str, start: int, end: int) -> Iterator[tuple[str, int]]:
        """Ids and times of the documents in `[start, end)`, oldest first."""
        alias = DOCUMENTS["ticks"].alias
        wanted: list[dict[str, Any]] = [
            {"term": {"market.exchange": exchange}},
            {"term": {"market.symbol": symbol}},
        ]
        with translated("refreshing ticks"):
            self._client.indices.refresh(index=alias)
        while True:
            window = {"range": {"@timestamp": {"gte": start, "lt": end, "format": "epoch_millis"}}}
            with translated("searching ticks"):
                found = self._client.search(
                    index=alias,
                    query={"bool": {"filter": [*wanted, window]}},
                    sort=[{"@timestamp": "asc"}],
                    source=False,
                    size=_PAGE,
                )["hits"]["hits"]
            yield from ((hit["_id"], hit["sort"][0]) for hit in found)
            if len(found) < _PAGE:
                return
            start = found[-1]["sort"][0] + 1


def _time(document: Document) -> int:
    time = document.body["@timestamp"]
    if not isinstance(time, int):
        raise TypeError(f"{document.id} has no time")
    return time
