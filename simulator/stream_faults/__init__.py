"""What can go wrong on a WebSocket, armed by tests and scenarios."""

import market  # noqa: F401  the database driver must load before Arrow
from simulator.stream_faults.model import StreamFault, StreamFaultKind
from simulator.stream_faults.plan import StreamFaultPlan

__all__ = ["StreamFault", "StreamFaultKind", "StreamFaultPlan"]
