"""Heartbeats as documents: one per process and beat."""

from __future__ import annotations

from dataclasses import asdict
from typing import Final

from market.documents.field import ALL, UTC_TIME, Field, market_fields, market_of, plotted
from market.documents.stream import Document, DocumentStream, daily
from market.ports.heartbeat import Figures, Heartbeat, Process, ServiceName

STOPPED: Final = "stopped"
RUNNING: Final = "running"
_SINCE: Final = "since the beat before"


def _number(name: str, description: str, unit: str = "") -> Field:
    return Field(f"heartbeat.{name}", "long", description, unit, searched=False)


FIELDS: Final = (
    *market_fields("Instant of the beat (market time)"),
    Field("service.name", "keyword", "Service, as `sh setup.sh status` names it"),
    Field("service.version", "keyword", "Version of the product that runs"),
    Field("process.pid", "long", "Process id", searched=False),
    Field("process.uptime_s", "long", "Time since its start", "s", searched=False),
    Field("process.memory_bytes", "long", "Resident memory", "bytes", searched=False),
    Field("process.started_at", "date", "When it began to beat (market time)", UTC_TIME, searched=False),
    Field("heartbeat.state", "keyword", f"`{RUNNING}`; `{STOPPED}` in the last beat of a clean end"),
    _number("requests", f"Requests answered or sent {_SINCE}"),
    _number("errors", f"Requests and attempts that failed {_SINCE}"),
    _number("documents", f"Rows or documents written {_SINCE}"),
    _number("queue_depth", "What waits to be worked on"),
    Field("heartbeat.lag_ms", "long", "How far its work is behind the market", "ms"),
    plotted("heartbeat.latency_ms", f"95th percentile of the time to an answer {_SINCE}", "ms"),
    Field("heartbeat.dead_letters", "long", "Documents that Elasticsearch refused for good and that wait"),
    _number("disk_free_bytes", "Free space where it keeps its state", "bytes"),
)


def heartbeat_id(beat: Heartbeat) -> str:
    """`simulated:es-loader-4f2a9c01:1704067200000`."""
    return f"{beat.process.exchange}:{beat.process.id}:{beat.time}"


def heartbeat_document(beat: Heartbeat) -> Document:
    """One beat as a document."""
    process = beat.process
    figures = asdict(beat.figures) | {"disk_free_bytes": beat.disk_free_bytes}
    known = {
        "pid": process.pid,
        "uptime_s": beat.uptime_s,
        "memory_bytes": beat.memory_bytes,
        "started_at": process.started_at,
    }
    body: dict[str, object] = {
        "@timestamp": beat.time,
        "market": market_of(process.exchange, ALL, ALL),
        "service": {"name": str(process.service), "version": process.version},
        "process": {name: value for name, value in known.items() if value is not None},
        "heartbeat": {
            "state": STOPPED if beat.ending else RUNNING,
            **{name: value for name, value in figures.items() if value is not None},
        },
    }
    return Document(heartbeat_id(beat), daily(beat.time), body)


def _sample() -> Document:
    process = Process("es-loader-4f2a9c01", "binance", ServiceName.LOADER, "0.1.0", 4711, 1704063600000)
    figures = Figures(12, 0, 431, 3, 840, 21.4, 0)
    return heartbeat_document(
        Heartbeat(process, 1704067200000, 3_600, 161_480_704, 58_720_256_000, figures=figures)
    )


STREAM: Final = DocumentStream(
    name="heartbeats",
    description="A long-running process about itself, every 15 s. Kept as long as MySQL keeps it. Counts are "
    "those since the beat before: their sum over a time is the count of that time.",
    id_rule="exchange:process:time in ms; a process has another name after every start",
    partition_rule="day of the beat",
    fields=FIELDS,
    sample=_sample(),
)
