"""Quality as documents: one per series, the state of its record now."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from market.coverage import Covered, Hole, HoleReason, uncovered
from market.documents.field import UTC_TIME, Field, market_fields, market_of, plotted
from market.documents.stream import Document, DocumentStream
from market.interval import Series
from market.kline import Source
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
    Field("quality.undecided_bars", "long", "Confirmed candles after the champion's newest decision", "bars"),
    *(
        plotted(
            f"quality.source_share.{source}",
            f"Part of the confirmed time that {source} answers for",
            "fraction",
        )
        for source in Source
    ),
    Field(
        "quality.derived",
        "keyword",
        "Columns that the recording lacked and that a rule filled",
        searched=False,
    ),
    Field("quality.updated_at", "date", "Market time of the newest row of health", UTC_TIME),
    Field("quality.freshness_ms", "long", "Market time from the newest confirmed close to updated_at", "ms"),
    Field("quality.lag_ms", "long", "Market time since the first unconfirmed candle closed", "ms"),
    Field("quality.reconnects", "long", "Connections lost since the ingester started"),
    Field("quality.stream_differences", "long", "Closed candles of the stream that REST contradicted"),
    Field("quality.rejected_frames", "long", "Messages of the stream that could not be used"),
    Field("quality.spilled", "long", "Closed candles that found the queue full and were read by REST"),
    Field("quality.weight_used", "long", "Request weight of the running minute, of the whole exchange"),
    Field("quality.weight_limit", "long", "Request weight that the ingester allows itself in a minute"),
)
# A candle that several sources were asked for is the first one's: REST stands above every file.
_STANDING: Final = (Source.REST, Source.ARCHIVE, Source.FILE, Source.STREAM)


def quality_id(series: Series) -> str:
    """`binance:BTCUSDT:1h`."""
    return f"{series.exchange}:{series.symbol}:{series.interval}"


def quality_document(
    status: SeriesStatus,
    covered: Sequence[Covered],
    holes: Sequence[Hole],
    last_confirmed: int | None,
    health: Health | None = None,
    decided: int | None = None,
) -> Document:
    """The state of one series; without a confirmed candle its time is the epoch.

    `health` is None for a series that was never followed live, `decided` (open time of the champion's newest
    decision) for one that nobody decides on: those fields are then absent.
    """
    series = status.series
    missing = {str(reason): sum(h.bars for h in holes if h.reason == reason) for reason in HoleReason}
    closed = None if last_confirmed is None else series.interval.close_time(last_confirmed)
    values: dict[str, object] = {
        "rows": status.rows,
        "first_open": status.first_open,
        "last_confirmed": last_confirmed,
        "holes": len(holes),
        "missing_bars": sum(missing.values()),
        "missing_by_reason": missing,
        "revisions": status.revisions,
        "coverage": _coverage(status, covered),
        "undecided_bars": _undecided(series, last_confirmed, decided),
        "source_share": _source_share(covered),
        "derived": list(status.info.derived),
        **(_live(health, closed) if health else {}),
    }
    body: dict[str, object] = {
        "@timestamp": closed or 0,
        "market": market_of(series.exchange, series.symbol, series.interval.name),
        "quality": {name: value for name, value in values.items() if value is not None},
    }
    return Document(quality_id(series), "", body)


def _live(health: Health, closed: int | None) -> dict[str, object]:
    pulse = health.pulse
    return {
        "updated_at": pulse.at,
        "freshness_ms": None if closed is None else pulse.at - closed,
        "lag_ms": health.lag_ms,
        "reconnects": pulse.reconnects,
        "stream_differences": pulse.stream_differences,
        "rejected_frames": pulse.rejected_frames,
        "spilled": pulse.spilled,
        "weight_used": pulse.weight_used,
        "weight_limit": pulse.weight_limit,
    }


def _undecided(series: Series, last_confirmed: int | None, decided: int | None) -> int | None:
    if last_confirmed is None or decided is None:
        return None
    return series.interval.count(decided + 1, last_confirmed + 1)


def _coverage(status: SeriesStatus, covered: Sequence[Covered]) -> float | None:
    if status.first_open is None or status.last_open is None:
        return None
    start, end = status.first_open, status.series.interval.next_open(status.last_open)
    at, read = start, 0
    for each in sorted(covered):  # ranges of two sources may overlap
        read += max(0, min(each.end, end) - max(each.start, at))
        at = max(at, min(each.end, end))
    return round(read / (end - start), 9)


def _source_share(covered: Sequence[Covered]) -> dict[str, float] | None:
    """Fractions of the confirmed time; None before anything was confirmed."""
    answered: list[Covered] = []
    time: dict[Source, int] = {}
    for source in _STANDING:
        own = [each for each in covered if each.source is source]
        new = [gap for each in own for gap in uncovered(answered, each.start, each.end)]
        time[source] = sum(end - start for start, end in new)
        answered += own
    total = sum(time.values())
    return {str(source): round(part / total, 9) for source, part in time.items()} if total else None


def _sample() -> Document:
    series = Series.of("binance", "BTCUSDT", "1h")
    first, last = 1704067200000, 1704142800000
    hole = Hole(1704110400000, 1704114000000, 1, HoleReason.OUTAGE)
    info = SymbolInfo("binance", "BTCUSDT", "BTC", "USDT", "TRADING")
    status = SeriesStatus(series, info, 21, first, last, holes=1, missing_bars=1, revisions=0)
    pulse = Pulse(
        series, last + 3_605_000, reconnects=1, rejected_frames=2, weight_used=34, weight_limit=3600
    )
    health = Health(pulse, last + 3_599_999, 0, holes=1, missing_bars=1)
    return quality_document(status, [Covered(first, last + 3_600_000)], [hole], last, health, decided=last)


STREAM: Final = DocumentStream(
    name="quality",
    description="What the record holds of one series (rows, holes, revisions) and how its live stream goes.",
    id_rule="exchange:symbol:interval",
    partition_rule="none: one index",
    fields=FIELDS,
    sample=_sample(),
)
