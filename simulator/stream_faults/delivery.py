"""The frames of one connection on their way: in time, late, out of order, more than once, or spoilt."""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from typing import Final, NamedTuple

from simulator.stream_faults.model import StreamFault, StreamFaultKind
from simulator.stream_faults.plan import StreamFaultPlan
from simulator.stream_faults.spoiling import altered, burst
from simulator.streams import Frame

K = StreamFaultKind


class Parcel(NamedTuple):
    """What is sent at a market time; `fault` says how its text is to be spoilt."""

    time: int
    number: int
    frame: Frame
    fault: StreamFault | None = None
    late: bool = False


class Delivery:
    """Holds what a fault keeps back until its time, or until the stream's next frame."""

    def __init__(self, plan: StreamFaultPlan) -> None:
        self._plan = plan
        self._waiting: list[Parcel] = []
        self._swapped: dict[str, Frame] = {}
        self._number = 0

    def parcels(self, fresh: Iterable[Frame], until: int) -> Iterator[Parcel]:
        """All that is due by `until`, in its order."""
        for frame in fresh:
            self._keep(frame.time, frame)
        while self._waiting and self._waiting[0].time <= until:
            parcel = heapq.heappop(self._waiting)
            if parcel.late:
                yield parcel
            else:
                yield from self._passed(parcel)

    def _keep(self, time: int, frame: Frame, late: bool = False) -> None:
        self._number += 1
        heapq.heappush(self._waiting, Parcel(time, self._number, frame, late=late))

    def _passed(self, parcel: Parcel) -> Iterator[Parcel]:
        frame = parcel.frame
        before = self._swapped.pop(frame.stream, None)
        fault = self._plan.for_frame(frame.stream, frame.payload, frame.time)
        if fault is not None and fault.kind is K.LATE:
            self._keep(frame.time + fault.delay_ms, frame, late=True)
        elif fault is not None and fault.kind is K.SWAPPED:
            self._swapped[frame.stream] = frame
        elif fault is not None and fault.kind in _FRAMES:
            for each in _FRAMES[fault.kind](frame, fault):
                yield parcel._replace(frame=each)
        else:
            yield parcel._replace(fault=fault)
        if before is not None:
            yield parcel._replace(frame=before)


def _altered(frame: Frame, _fault: StreamFault) -> list[Frame]:
    return [replace(frame, payload=altered(frame.payload))]


def _burst(frame: Frame, fault: StreamFault) -> list[Frame]:
    return [replace(frame, payload=each) for each in burst(frame.payload, fault.size or 1_000)]


_FRAMES: Final[dict[StreamFaultKind, Callable[[Frame, StreamFault], list[Frame]]]] = {
    K.LOST: lambda _frame, _fault: [],
    K.DUPLICATE: lambda frame, _fault: [frame, frame],
    K.ALTERED: _altered,
    K.BURST: _burst,
}
