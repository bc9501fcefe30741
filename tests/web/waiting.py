"""Waiting for what another thread does."""

import time
from collections.abc import Callable


def until(holds: Callable[[], object]) -> None:
    """Return once it holds; fail after a minute."""
    deadline = time.monotonic() + 60
    while not holds():
        assert time.monotonic() < deadline, "it did not come to hold within a minute"
        time.sleep(0.01)
