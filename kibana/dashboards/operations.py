"""Story 7: is everything up, how hard does it work, what went wrong."""

from pathlib import Path
from typing import Final

from kibana import colours
from kibana.buckets import terms
from kibana.columns import average, count, last_value, maximum, total
from kibana.formats import number
from kibana.frame import Row, exchange_control, story
from kibana.lens import Band, Series, chart_over_time, metric
from kibana.panels import Panel, vega

HEARTBEATS: Final = "opa-heartbeats"
ALERTS: Final = "opa-alerts"
LOADER: Final = "service.name: es-loader"
VEGA: Final = Path(__file__).parents[1] / "vega"
SERVICES: Final = terms("Service", "service.name", 10)

HOW_TO_READ: Final = """\
Every long-running process writes a **heartbeat** every 15 s into MySQL; it comes here as candles do. \
*Silent*: no beat in the last minute of the time range, and no word of a clean end. The freshness of this \
page is the loader's lag: when the loader is silent, everything here is old.

Counts are those of the time range. Latency is the 95th percentile of the time to an answer, memory what is \
resident. Alerts are told by the notifier and by Kibana's rules; they and jobs are those of every exchange.
"""

TILES: Final = (
    metric(
        "fresh",
        HEARTBEATS,
        last_value("Loader lag", "heartbeat.lag_ms", kuery=LOADER),
        secondary=last_value("Dead letters", "heartbeat.dead_letters", kuery=LOADER),
        secondary_prefix="dead letters ",
    ),
    metric(
        "market",
        HEARTBEATS,
        last_value("Market", "market.exchange", "string"),
        secondary=last_value("Version", "service.version", "string"),
        secondary_prefix="version ",
    ),
    metric(
        "alerts",
        ALERTS,
        count("Alerts active", "alert.state: active and alert.by: notifier"),
        secondary=count("Recovered", "alert.state: recovered and alert.by: notifier"),
        secondary_prefix="recovered ",
        bands=[Band(None, colours.OK), Band(1, colours.ALARM)],
        everywhere=True,
    ),
    metric("errors", HEARTBEATS, total("Errors", "heartbeat.errors")),
    metric("requests", HEARTBEATS, total("Requests", "heartbeat.requests", format=number(1, compact=True))),
    metric("disk", HEARTBEATS, last_value("Free disk", "heartbeat.disk_free_bytes")),
)


def per_service(name: str, title: str, column: dict[str, object]) -> Panel:
    """One line per service."""
    return chart_over_time(name, title, HEARTBEATS, [Series(column, colours.FIRST)], breakdown=SERVICES)


DASHBOARD: Final = story(
    "opa-operations",
    "OPA 7 · Operations",
    "Which processes are up or silent, their memory, errors, latencies and queues, jobs, alerts and counts.",
    how_to_read=HOW_TO_READ,
    controls=(exchange_control(HEARTBEATS),),
    tiles=TILES,
    rows=(
        Row(
            11,
            [
                (vega("processes", "Processes, up or silent", VEGA / "processes.json"), 30),
                (vega("told", "Alerts, active first", VEGA / "alerts.json"), 18),
            ],
        ),
        Row(
            10,
            [
                (per_service("memory", "Memory", average("memory", "process.memory_bytes")), 16),
                (
                    per_service(
                        "latency", "Latency, 95th percentile", maximum("p95", "heartbeat.latency_ms")
                    ),
                    16,
                ),
                (
                    per_service("queue", "Queue depth, waiting", maximum("waiting", "heartbeat.queue_depth")),
                    16,
                ),
            ],
        ),
        Row(
            10,
            [
                (per_service("asked", "Requests, count", total("requests", "heartbeat.requests")), 16),
                (per_service("failed", "Errors, count", total("errors", "heartbeat.errors")), 16),
                (
                    per_service(
                        "written", "Rows and documents written", total("written", "heartbeat.documents")
                    ),
                    16,
                ),
            ],
        ),
        Row(
            12,
            [
                (vega("jobs", "Jobs, newest first", VEGA / "jobs.json"), 20),
                (vega("documents", "Documents per stream, count", VEGA / "documents.json"), 16),
            ],
        ),
    ),
    time_from="now-3h",
)
