"""Quality as documents: one per series, the state of its record now."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from market.coverage import Covered, Hole, HoleReason
from market.documents.field import UTC_TIME, Field, market_fields, market_of
from market.documents.stream import Document, DocumentStream
from market.interval import Series
from market.ports import Health, Pulse, SeriesStatus, SymbolInfo

FIELDS: Final = (
    *market_fields("Close time of the newest confirmed candle"),
    Field("quality.rows", "long", "Candles in MySQL (closed or confirmed, not withdrawn)"),
    Field("quality.first_open", "date", "Open time of the oldest candle", UTC_TIME),
    Field("quality.last_confirmed", "date", "Open time of the newest confirmed candle", UTC_TIME),
    Field("quality.holes", "long", "Stretches of missing candles"),
    Field("quality.missing_bars", "long", "Candles missing in them", "bars"),
    *(
        Field(f"quality.missing_by_reason.{reason}", "long", f"Missing candles, reason {reason}", "bars")
        for reason in HoleReason
    ),
    Field("quality.revisions", "long", "Confirmed candles that the exchange changed or withdrew"),
    Field("quality.coverage", "double", "Confirmed part of the time from first to last candle", "fraction"),
    Field("quality.derived", "keyword", "Columns that the recording lacked and that a rule filled"),
    Field("quality.updated_at", "date", "Market time of the newest row of health", UTC_TIME),
    Field("quality.lag_ms", "long", "Market time since the first unconfirmed candle closed", "ms"),
    Field("quality.reconnects", "long", "Connections lost since the ingester started"),
    Field("quality.stream_differences", "long", "Closed candles of the stream that REST contradicted"),
    Field("quality.rejected_frames", "long", "Messages of the stream that could not be used"),
    Field("quality.spilled", "long", "Closed candles that found the queue full and were read by REST"),
    Field("quality.weight_used", "long", "Request weight of the running minute, of the whole exchange"),
)


def quality_id(series: Series) -> str:
    """`binance:BTCUSDT:1h`."""
    return f"{series.exchange}:{series.symbol}:{series.interval}"


def quality_document(
    status: SeriesStatus,
    covered: Sequence[Covered],
    holes: Sequence[Hole],
    last_confirmed: int | None,
    health: Health | None = None,
) -> Document:
    """The state of one series; without a confirmed candle its time is the epoch.

    `health` is None for a series that was never followed live: those fields are then absent.
    """
    series = status.series
    missing = {str(reason): sum(h.bars for h in holes if h.reason == reason) for reason in HoleReason}
    values: dict[str, object] = {
        "rows": status.rows,
        "first_open": status.first_open,
        "last_confirmed": last_confirmed,
        "holes": len(holes),
        "missing_bars": sum(missing.values()),
        "missing_by_reason": missing,
        "revisions": status.revisions,
        "coverage": _coverage(status, covered),
        "derived": list(status.info.derived),
        **(_live(health) if health else {}),
    }
    body: dict[str, object] = {
        "@timestamp": 0 if last_confirmed is None else series.interval.close_time(last_confirmed),
        "market": market_of(series.exchange, series.symbol, series.interval.name),
        "quality": {name: value for name, value in values.items() if value is not None},
    }
    return Document(quality_id(series), "", body)


def _live(health: Health) -> dict[str, object]:
    pulse = health.pulse
    return {
        "updated_at": pulse.at,
        "lag_ms": health.lag_ms,
        "reconnects": pulse.reconnects,
        "stream_differences": pulse.stream_differences,
        "rejected_frames": pulse.rejected_frames,
        "spilled": pulse.spilled,
        "weight_used": pulse.weight_used,
    }


def _coverage(status: SeriesStatus, covered: Sequence[Covered]) -> float | None:
    if status.first_open is None or status.last_open is None:
        return None
    start, end = status.first_open, status.series.interval.next_open(status.last_open)
    at, read = start, 0
    for each in sorted(covered):  # ranges of two sources may overlap
        read += max(0, min(each.end, end) - max(each.start, at))
        at = max(at, min(each.end, end))
    return round(read / (end - start), 9)


def _sample() -> Document:
    series = Series.of("binance", "BTCUSDT", "1h")
    first, last = 1704067200000, 1704142800000
    hole = Hole(1704110400000, 1704114000000, 1, HoleReason.OUTAGE)
    info = SymbolInfo("binance", "BTCUSDT", "BTC", "USDT", "TRADING")
    status = SeriesStatus(series, info, 21, first, last, holes=1, missing_bars=1, revisions=0)
    pulse = Pulse(series, last + 3_605_000, reconnects=1, rejected_frames=2, weight_used=34)
    health = Health(pulse, last + 3_599_999, 0, holes=1, missing_bars=1)
    return quality_document(status, [Covered(first, last + 3_600_000)], [hole], last, health)


STREAM: Final = DocumentStream(
    name="quality",
    description="What the record holds of one series (rows, holes, revisions) and how its live stream goes.",
    id_rule="exchange:symbol:interval",
    partition_rule="none: one index",
    fields=FIELDS,
    sample=_sample(),
)
