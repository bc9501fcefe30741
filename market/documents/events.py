"""The timeline of the models as documents: what happened to a model, or instead of one."""

from __future__ import annotations

from typing import Final

from market.decision import Role
from market.documents.field import QUOTE, Field, market_fields, market_of, plotted, shortened
from market.documents.stream import Document, DocumentStream
from market.interval import Series
from market.ports import EventKind, ModelEvent

FIELDS: Final = (
    *market_fields("When it happened (market time)"),
    Field("event.action", "keyword", f"What happened: {', '.join(EventKind)}"),
    Field("event.reason", "keyword", "Why, in words", searched=False),
    plotted("event.price", "Close of the last candle before it; absent where none is stored", QUOTE),
    Field("model.id", "keyword", "Model that it is about; absent where none came out"),
    Field("model.role", "keyword", "champion or challenger"),
)


def event_document(event: ModelEvent, price: float | None) -> Document:
    """One entry of the timeline, at the `price` of its moment."""
    series = event.series
    told: dict[str, object] = {"action": event.kind, "reason": shortened(event.reason), "price": price}
    model: dict[str, object] = {"id": event.model_id or None, "role": event.role}
    body: dict[str, object] = {
        "@timestamp": event.time,
        "market": market_of(series.exchange, series.symbol, series.interval.name),
        "event": {name: value for name, value in told.items() if value is not None},
        "model": {name: value for name, value in model.items() if value is not None},
    }
    return Document(event.event_id, "", body)


STREAM: Final = DocumentStream(
    name="events",
    description="An entry of the timeline of a series' models, such as trained or promoted.",
    id_rule="hash of series, role, kind, model and time",
    partition_rule="none: one index",
    fields=FIELDS,
    sample=event_document(
        ModelEvent(
            Series.of("binance", "BTCUSDT", "1h"),
            Role.CHAMPION,
            EventKind.TRAINED,
            1704067200000,
            "btcusdt-1h-7f3a91c2",
            "30 days old",
        ),
        42283.58,
    ),
)
