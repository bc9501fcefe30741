"""A store that goes away, and waiting for what comes back."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from market.errors import StoreUnavailable


class Flaky:
    """A database that can be taken away; everything else is the store's own doing."""

    def __init__(self, store: Any) -> None:
        self._store = store
        self.away = False

    def __getattr__(self, name: str) -> Any:
        if self.away:
            raise StoreUnavailable("the database does not answer")
        return getattr(self._store, name)


def wait(until: Callable[[], bool]) -> None:
    """A minute at most."""
    deadline = time.monotonic() + 60
    while not until():
        assert time.monotonic() < deadline, "the scorer did not catch up"
        time.sleep(0.1)
