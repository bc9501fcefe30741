"""Which fault hits what: counted by frames, connections and market time, never by the computer's clock."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from simulator.stream_faults.model import TO_CONNECTIONS, TO_UPGRADES, StreamFault


@dataclass(eq=False)
class ArmedFault:
    """A fault and what it has seen and done; `ripe` says that the next connection is hit."""

    fault: StreamFault
    ripe: bool
    seen: int = 0
    done: int = 0


class StreamFaultPlan:
    """Faults in the order they were armed; `used` counts what they did, by kind."""

    def __init__(self) -> None:
        self._armed: list[ArmedFault] = []
        self.used: Counter[str] = Counter()

    def add(self, fault: StreamFault, now: int) -> None:
        """Arm a fault at market time `now`."""
        self._armed.append(ArmedFault(fault.armed_at(now), ripe=not fault.after and fault.share == 1))

    def clear(self) -> None:
        """Disarm all; connections that are half open or silent stay so."""
        self._armed.clear()

    def waiting(self) -> list[StreamFault]:
        """Those that have not done all their work yet."""
        return [armed.fault for armed in self._armed]

    def for_frame(self, stream: str, payload: dict[str, object], time: int) -> StreamFault | None:
        """The fault that spoils a frame due at `time`, if any; every fault that fits counts the frame."""
        hit: ArmedFault | None = None
        for armed in list(self._armed):
            fault = armed.fault
            if fault.kind in TO_UPGRADES or not fault.fits(stream, payload):
                continue
            if not fault.works_at(time):
                continue
            armed.seen += 1
            if fault.kind in TO_CONNECTIONS:
                armed.ripe = armed.seen >= fault.after and fault.chosen(armed.seen)
            elif hit is None and armed.seen > fault.after and fault.chosen(armed.seen):
                hit = armed
        return self._use(hit)

    def for_connection(self, names: list[str], suffered: set[ArmedFault], now: int) -> StreamFault | None:
        """The fault that hits a connection now; it is added to those the connection has `suffered`."""
        for armed in self._armed:
            fault = armed.fault
            if fault.kind not in TO_CONNECTIONS or not armed.ripe or armed in suffered:
                continue
            if fault.works_at(now) and fault.covers(names):
                suffered.add(armed)
                armed.ripe = fault.share == 1
                return self._use(armed)
        return None

    def for_upgrade(self, now: int) -> StreamFault | None:
        """The fault that meets a client who asks for a WebSocket."""
        for armed in self._armed:
            fault = armed.fault
            if fault.kind in TO_UPGRADES and fault.works_at(now):
                armed.seen += 1
                if armed.seen > fault.after and fault.chosen(armed.seen):
                    return self._use(armed)
        return None

    def _use(self, armed: ArmedFault | None) -> StreamFault | None:
        if armed is None:
            return None
        armed.done += 1
        self.used[armed.fault.kind.value] += 1
        if armed.done == armed.fault.count:
            self._armed.remove(armed)
        return armed.fault
