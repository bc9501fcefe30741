"""Ticks as documents: best bid and ask with quantities and the last price, sampled once a second."""

from __future__ import annotations

from decimal import Decimal
from typing import Final

from market.documents.field import BASE, BASIS_POINTS, QUOTE, market_fields, market_of, plotted
from market.documents.stream import Document, DocumentStream, daily
from market.tick import Tick

INTERVAL: Final = "tick"
FIELDS: Final = (
    *market_fields("Instant of the sample (market time)"),
    plotted("tick.bid", "Best price that buyers offer", QUOTE),
    plotted("tick.bid_quantity", "Quantity at the best bid", BASE),
    plotted("tick.ask", "Best price that sellers ask", QUOTE),
    plotted("tick.ask_quantity", "Quantity at the best ask", BASE),
    plotted("tick.last", "Price of the last trade", QUOTE),
    plotted("tick.mid", "Middle of bid and ask", QUOTE),
    plotted("tick.spread_bp", "Ask minus bid against their middle", BASIS_POINTS),
)


def tick_id(tick: Tick) -> str:
    """`binance:BTCUSDT:tick:1704067200000`."""
    return f"{tick.exchange}:{tick.symbol}:{INTERVAL}:{tick.time}"


def tick_document(tick: Tick) -> Document:
    """One sample as a document."""
    values = {
        "bid": float(tick.bid),
        "bid_quantity": float(tick.bid_quantity),
        "ask": float(tick.ask),
        "ask_quantity": float(tick.ask_quantity),
        "last": float(tick.last),
        "mid": float((tick.bid + tick.ask) / 2),
        "spread_bp": round(float((tick.ask - tick.bid) * 20_000 / (tick.ask + tick.bid)), 4),
    }
    market = market_of(tick.exchange, tick.symbol, INTERVAL)
    return Document(
        tick_id(tick), daily(tick.time), {"@timestamp": tick.time, "market": market, "tick": values}
    )


def _sample() -> Document:
    numbers = [Decimal(text) for text in ("42283.57", "1.21", "42283.58", "0.84", "42283.58")]
    return tick_document(Tick("binance", "BTCUSDT", 1704067200000, *numbers))


STREAM: Final = DocumentStream(
    name="ticks",
    description="One sample of the top of the book. Kept as long as MySQL keeps it.",
    id_rule="exchange:symbol:tick:time in ms",
    partition_rule="day of the sample",
    fields=FIELDS,
    sample=_sample(),
)
