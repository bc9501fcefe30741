"""Story 5: how complete and how fresh the record is, and where it is not."""

from pathlib import Path
from typing import Final

from kibana import colours
from kibana.buckets import terms
from kibana.columns import count, last_value, maximum, minimum, total
from kibana.formats import percent
from kibana.formula import quotient
from kibana.frame import Row, controls, story
from kibana.lens import Line, Series, bars_by, chart_over_time, metric, table
from kibana.panels import vega

QUALITY: Final = "opa-quality"
HEARTBEATS: Final = "opa-heartbeats"
REVISIONS: Final = "opa-revisions"
LOADER: Final = "service.name: es-loader"
INGEST: Final = "service.name: ingest"
VEGA: Final = Path(__file__).parents[1] / "vega"
# From this lag on the rule `loader_lag` fires.
LATE_MS: Final = 60_000

HOW_TO_READ: Final = """\
Every series is shown until you pick a symbol or an interval.

*Fresh* is a series whose newest confirmed candle closed at most two candles ago. A **hole** is a stretch of \
missing candles: nothing is interpolated, each has its reason. A **revision** is a confirmed candle that the \
exchange changed or withdrew afterwards.

Tiles and tables tell the whole record of each series as it is now, charts with a time axis the time range. \
The loader's figures are of all series, whatever is picked.
"""

TILES: Final = (
    metric("fresh", QUALITY, last_value("Quality last read", "quality.updated_at", "date")),
    metric(
        "missing",
        QUALITY,
        total("Missing candles", "quality.missing_bars"),
        secondary=total("Holes", "quality.holes"),
        secondary_prefix="holes ",
    ),
    metric("coverage", QUALITY, minimum("Lowest coverage", "quality.coverage", format=percent(2))),
    metric(
        "loader",
        HEARTBEATS,
        last_value("Loader lag", "heartbeat.lag_ms", kuery=LOADER),
        secondary=last_value("Dead letters", "heartbeat.dead_letters", kuery=LOADER),
        secondary_prefix="dead letters ",
        everywhere=True,
    ),
    metric(
        "budget",
        QUALITY,
        quotient(
            "m",
            "Rate budget used, minute",
            maximum("used", "quality.weight_used"),
            maximum("limit", "quality.weight_limit"),
            format=percent(1),
        ),
    ),
)

MISSING: Final = tuple(
    Series(total(label, f"quality.missing_by_reason.{reason}"), colour)
    for reason, label, colour in (
        ("outage", "outage of the exchange", colours.SECOND),
        ("before_listing", "before listing", colours.FIRST),
        ("after_delisting", "after delisting", colours.CHALLENGER),
        ("unknown", "unknown", colours.ALARM),
    )
)
SOURCES: Final = tuple(
    Series(total(source, f"quality.source_share.{source}"), colour)
    for source, colour in (
        ("rest", colours.FIRST),
        ("archive", colours.CHALLENGER),
        ("stream", colours.OK),
        ("file", colours.BAND),
    )
)
SERIES: Final = {"s": terms("Symbol", "market.symbol", 50), "i": terms("Interval", "market.interval", 20)}

RECORD: Final = table(
    "record",
    "Record of each series",
    QUALITY,
    SERIES,
    {
        "rows": last_value("Candles", "quality.rows"),
        "cover": last_value("Coverage", "quality.coverage"),
        "holes": last_value("Holes", "quality.holes"),
        "bars": last_value("Missing, candles", "quality.missing_bars"),
        "revised": last_value("Revised", "quality.revisions"),
        "since": last_value("Oldest candle", "quality.first_open", "date"),
    },
)
STREAM: Final = table(
    "stream",
    "Live stream of each series",
    QUALITY,
    SERIES,
    {
        "lag": last_value("Waiting for REST", "quality.lag_ms"),
        "lost": last_value("Reconnects", "quality.reconnects"),
        "apart": last_value("Differences", "quality.stream_differences"),
        "bad": last_value("Rejected frames", "quality.rejected_frames"),
        "full": last_value("Queue full", "quality.spilled"),
    },
)

DASHBOARD: Final = story(
    "opa-quality",
    "OPA 5 · Data quality",
    "How fresh and how complete the record of each series is: holes, revisions, sources, rate budget.",
    how_to_read=HOW_TO_READ,
    controls=controls(QUALITY, symbol="", interval=""),
    tiles=TILES,
    rows=(
        Row(
            12,
            [
                (vega("freshness", "Freshness per series, candles", VEGA / "freshness.json"), 16),
                (vega("holes", "Holes by reason", VEGA / "holes.json"), 32),
            ],
        ),
        Row(
            10,
            [
                (
                    bars_by(
                        "reasons",
                        "Missing by reason, candles",
                        QUALITY,
                        terms("Symbol", "market.symbol", 20),
                        MISSING,
                    ),
                    16,
                ),
                (
                    bars_by(
                        "sources",
                        "Where the confirmed time comes from, share",
                        QUALITY,
                        terms("Symbol", "market.symbol", 20),
                        SOURCES,
                        percentage=True,
                    ),
                    16,
                ),
                (
                    chart_over_time(
                        "revisions",
                        "Revisions found, count",
                        REVISIONS,
                        [
                            Series(count("changed", "revision.kind: changed"), colours.SECOND),
                            Series(count("withdrawn", "revision.kind: withdrawn"), colours.ALARM),
                        ],
                        kind="bar_stacked",
                    ),
                    16,
                ),
            ],
        ),
        Row(
            10,
            [
                (
                    chart_over_time(
                        "lag",
                        "Loader lag behind the market",
                        HEARTBEATS,
                        [Series(maximum("largest lag", "heartbeat.lag_ms", kuery=LOADER), colours.FIRST)],
                        lines=[Line("alert", LATE_MS, colours.ALARM)],
                        everywhere=True,
                    ),
                    24,
                ),
                (
                    chart_over_time(
                        "asked",
                        "Requests to the exchange, count",
                        HEARTBEATS,
                        [
                            Series(total("requests", "heartbeat.requests", kuery=INGEST), colours.FIRST),
                            Series(total("failed", "heartbeat.errors", kuery=INGEST), colours.ALARM),
                        ],
                        kind="bar",
                        everywhere=True,
                    ),
                    24,
                ),
            ],
        ),
        Row(12, [(RECORD, 21), (STREAM, 17)]),
    ),
    time_from="now-7d",
)
