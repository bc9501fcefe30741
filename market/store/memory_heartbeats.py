"""In-memory twin of the heartbeat store, for tests."""

from __future__ import annotations

import time
from itertools import groupby

from market.ports.heartbeat import Heartbeat, LastBeat
from market.store.memory_changes import MemoryChangeLog


class MemoryHeartbeatStore:
    """`HeartbeatStore` on a dict."""

    def __init__(self, changes: MemoryChangeLog) -> None:
        self._changes = changes
        self._held: dict[tuple[str, int], Heartbeat] = {}
        self._written_at: dict[tuple[str, int], float] = {}

    def write(self, beat: Heartbeat) -> None:
        """Store a beat (idempotent by process and time) with its change-log line, `exchange/service`."""
        key = beat.process.id, beat.time
        self._held[key] = beat
        self._written_at[key] = time.monotonic()
        self._changes.append("heartbeats", "/".join(_name(beat)), beat.time, beat.time)

    def services(self) -> list[tuple[str, str]]:
        """Exchange and service of everybody who ever beat and is not forgotten, sorted."""
        return sorted({_name(beat) for beat in self._held.values()})

    def read(self, exchange: str, service: str, start: int, end: int, *, limit: int) -> list[Heartbeat]:
        """Beats in `[start, end)`, oldest first; of one instant all, even beyond the limit."""
        beats = [beat for beat in self._of(exchange, service) if start <= beat.time < end]
        cut = beats[limit - 1].time if len(beats) > limit else end
        return [beat for beat in beats if beat.time <= cut]

    def last(self) -> list[LastBeat]:
        """The newest beat of every service, by exchange and service."""
        newest = [self._of(*name)[-1] for name in self.services()]
        now = time.monotonic()
        return [LastBeat(beat, now - self._written_at[beat.process.id, beat.time]) for beat in newest]

    def purge(self, before: int) -> int:
        """Delete beats older than `before`, and tell followers; returns how many."""
        old = sorted((beat for beat in self._held.values() if beat.time < before), key=_order)
        for beat in old:
            del self._held[beat.process.id, beat.time]
        for name, group in groupby(old, key=_name):
            times = [beat.time for beat in group]
            self._changes.append("heartbeats", "/".join(name), times[0], times[-1])
        return len(old)

    def _of(self, exchange: str, service: str) -> list[Heartbeat]:
        mine = (beat for beat in self._held.values() if _name(beat) == (exchange, service))
        return sorted(mine, key=_order)


def _name(beat: Heartbeat) -> tuple[str, str]:
    return beat.process.exchange, str(beat.process.service)


def _order(beat: Heartbeat) -> tuple[str, str, int, str]:
    return (*_name(beat), beat.time, beat.process.id)
