"""TCP ports on the loopback interface."""

from __future__ import annotations

import socket


def free_port(together: int = 1) -> int:
    """The first of `together` neighbouring ports that nobody listens on right now."""
    while True:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            first: int = probe.getsockname()[1]
        if first + together < 65536 and not any(taken(first + step) for step in range(together)):
            return first


def taken(port: int) -> bool:
    """Whether somebody listens on `127.0.0.1:port`."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return True
    return False
