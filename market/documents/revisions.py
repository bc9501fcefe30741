"""Revisions as documents: confirmed candles that the exchange changed or withdrew afterwards."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Final

from market.coverage import Revision
from market.documents.field import BASIS_POINTS, QUOTE, UTC_TIME, Field, market_fields, market_of, plotted
from market.documents.stream import Document, DocumentStream
from market.interval import Series
from market.kline import Source

CHANGED: Final = "changed"
WITHDRAWN: Final = "withdrawn"
FIELDS: Final = (
    *market_fields("When it was found (market time)"),
    Field("revision.open_time", "date", "Open time of the candle", UTC_TIME, searched=False),
    Field("revision.kind", "keyword", "changed or withdrawn"),
    Field("revision.source", "keyword", "Who said so: rest, archive, file", searched=False),
    plotted("revision.old_close", "Close before", QUOTE),
    plotted("revision.new_close", "Close after; absent for a withdrawn candle", QUOTE),
    plotted("revision.change_bp", "New close against the old one", BASIS_POINTS),
)


def revision_documents(series: Series, revisions: Iterable[Revision]) -> Iterator[Document]:
    """Documents of revisions in the order they were found, all of a candle's or none of them."""
    found: Counter[int] = Counter()
    for each in revisions:
        found[each.open_time] += 1
        yield _document(series, each, found[each.open_time])


def _document(series: Series, revision: Revision, number: int) -> Document:
    old = float(revision.old["close"])
    values: dict[str, object] = {
        "open_time": revision.open_time,
        "kind": WITHDRAWN if revision.new is None else CHANGED,
        "source": revision.source,
        "old_close": old,
    }
    if revision.new is not None:
        new = float(revision.new["close"])
        values |= {"new_close": new, "change_bp": round((new / old - 1) * 10_000, 4)}
    market = market_of(series.exchange, series.symbol, series.interval.name)
    document_id = f"{series.exchange}:{series.symbol}:{series.interval}:{revision.open_time}:{number}"
    return Document(
        document_id, "", {"@timestamp": revision.detected_at, "market": market, "revision": values}
    )


STREAM: Final = DocumentStream(
    name="revisions",
    description="A confirmed candle that the exchange changed or withdrew afterwards. Never removed.",
    id_rule="exchange:symbol:interval:open time in ms:number of the candle's revision, from 1",
    partition_rule="none: one index",
    fields=FIELDS,
    sample=next(
        revision_documents(
            Series.of("binance", "BTCUSDT", "1h"),
            [
                Revision(
                    1704067200000, {"close": "42475.23"}, {"close": "42471.9"}, Source.REST, 1704153600000
                )
            ],
        )
    ),
)
