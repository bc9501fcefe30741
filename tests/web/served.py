"""`python -m tests.web.served PORT`: the small service in a process of its own; SIGUSR1 opens its gate."""

from __future__ import annotations

import market  # noqa: F401  (first: see market/__init__.py)

import signal  # isort: skip
import sys

from market import hear_ctrl_c
from market.ports import ServiceName
from tests.web.service import Gate, small_service
from web.server import serve

if __name__ == "__main__":
    hear_ctrl_c()
    gate = Gate()
    signal.signal(signal.SIGUSR1, lambda *_: gate.open.set())
    try:
        serve(small_service(gate), ServiceName.HISTORIC_API, "127.0.0.1", int(sys.argv[1]))
    except KeyboardInterrupt:
        sys.exit(130)
