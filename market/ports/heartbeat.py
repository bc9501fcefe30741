"""Heartbeats: every long-running process writes one row about itself every 15 s."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, Protocol

EVERY_S: Final = 15.0
SILENT_AFTER_S: Final = 4 * EVERY_S  # one beat may be late and a database may restart


class ServiceName(StrEnum):
    """Whose heart beats."""

    INGEST = "ingest"
    SCORER = "scorer"
    MODEL_API = "model-api"
    HISTORIC_API = "historic-api"
    LOADER = "es-loader"
    CONSOLE = "console"
    NOTIFIER = "notifier"


@dataclass(frozen=True, slots=True)
class Figures:
    """What a process knows of its work; None where it means nothing.

    `requests`, `errors` and `documents` are counts: a process tells them since its start, a beat since the
    beat before. The others say how it is now. `latency_ms` is the 95th percentile.
    """

    requests: int | None = None
    errors: int | None = None
    documents: int | None = None
    queue_depth: int | None = None
    lag_ms: int | None = None
    latency_ms: float | None = None
    dead_letters: int | None = None


@dataclass(frozen=True, slots=True)
class Process:
    """One run of a service; `id` is another one after every start, `started_at` is market time."""

    id: str
    exchange: str
    service: ServiceName
    version: str
    pid: int
    started_at: int


@dataclass(frozen=True, slots=True)
class Heartbeat:
    """One beat at market time `time`; `ending` is the last one of a clean end."""

    process: Process
    time: int
    uptime_s: int
    memory_bytes: int | None = None
    disk_free_bytes: int | None = None
    ending: bool = False
    figures: Figures = Figures()


@dataclass(frozen=True, slots=True)
class LastBeat:
    """The newest beat of a service, and how many seconds ago by the wall clock it was written."""

    beat: Heartbeat
    age_s: float

    @property
    def silent(self) -> bool:
        """Whether the process is gone without a word."""
        return not self.beat.ending and self.age_s > SILENT_AFTER_S


class HeartbeatStore(Protocol):
    """Heartbeats; every process writes its own."""

    def write(self, beat: Heartbeat) -> None:
        """Store a beat (idempotent by process and time) with its change-log line, `exchange/service`."""
        ...

    def services(self) -> list[tuple[str, str]]:
        """Exchange and service of everybody who ever beat and is not forgotten, sorted."""
        ...

    def read(self, exchange: str, service: str, start: int, end: int, *, limit: int) -> list[Heartbeat]:
        """Beats in `[start, end)`, oldest first; of one instant all, even beyond the limit."""
        ...

    def last(self) -> Sequence[LastBeat]:
        """The newest beat of every service, by exchange and service."""
        ...

    def purge(self, before: int) -> int:
        """Delete beats older than `before`, and tell followers; returns how many."""
        ...
