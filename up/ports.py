"""TCP ports on the loopback interface."""

from __future__ import annotations

import secrets
import socket
from typing import Final

# Below those that the system lends to outgoing connections (32768 and above): one of these could take the
# port while the server that is to listen on it is still being prepared, or is away for a moment.
_LASTING: Final = range(20_000, 32_000)


def free_port(together: int = 1) -> int:
    """The first of `together` neighbouring ports that nobody listens on right now."""
    while True:
        first = secrets.choice(_LASTING)
        if not any(taken(first + step) for step in range(together)):
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
