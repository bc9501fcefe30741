"""Holes as documents: one per stretch of missing candles, for as long as it is missing."""

from __future__ import annotations

from typing import Final

from market.coverage import Hole, HoleReason
from market.documents.field import UTC_TIME, Field, market_fields, market_of
from market.documents.stream import Document, DocumentStream
from market.interval import Series

FIELDS: Final = (
    *market_fields("Open time of the first missing candle"),
    Field("hole.end", "date", "Open time after the last missing candle", UTC_TIME),
    Field("hole.bars", "long", "Candles missing", "bars"),
    Field("hole.duration_ms", "long", "Time from start to end", "ms", searched=False),
    Field("hole.reason", "keyword", f"Why they are missing: {', '.join(HoleReason)}"),
    Field("hole.evidence", "keyword", "What the reason was read from", searched=False),
)


def hole_id(series: Series, start: int) -> str:
    """`binance:BTCUSDT:1h:1704110400000`."""
    return f"{series.exchange}:{series.symbol}:{series.interval}:{start}"


def hole_document(series: Series, hole: Hole) -> Document:
    """One stretch of missing candles."""
    body: dict[str, object] = {
        "@timestamp": hole.start,
        "market": market_of(series.exchange, series.symbol, series.interval.name),
        "hole": {
            "end": hole.end,
            "bars": hole.bars,
            "duration_ms": hole.end - hole.start,
            "reason": hole.reason,
            "evidence": hole.evidence,
        },
    }
    return Document(hole_id(series, hole.start), "", body)


STREAM: Final = DocumentStream(
    name="holes",
    description="A stretch of missing candles with its reason. Candles that are found after all take the "
    "document away.",
    id_rule="exchange:symbol:interval:open time of the first missing candle in ms",
    partition_rule="none: one index",
    fields=FIELDS,
    sample=hole_document(
        Series.of("binance", "BTCUSDT", "1h"),
        Hole(1704110400000, 1704117600000, 2, HoleReason.OUTAGE, "asked twice, empty both times"),
    ),
)
