"""How many rows every series has: where there are millions counting takes seconds, so it is done rarely."""

from __future__ import annotations

import threading
import time
from typing import Final

from market.interval import Series
from market.ports import KlineStore, SeriesStatus

FRESH_S: Final = 5.0
# Counting may take up to a twentieth of the time.
_REST: Final = 20.0


class Census:
    """The counts, at most five seconds old, or twenty times as old as counting takes."""

    def __init__(self, store: KlineStore) -> None:
        self._store = store
        self._lock = threading.Lock()
        self._counted: list[SeriesStatus] = []
        self._old_at = -float("inf")

    def all(self) -> list[SeriesStatus]:
        """Every series with its counts."""
        # Who comes while another counts takes the counts before.
        if self._lock.acquire(blocking=not self._counted):
            try:
                self._count()
            finally:
                self._lock.release()
        return self._counted

    def rows(self, series: Series) -> int:
        """How many rows a series has."""
        return next((each.rows for each in self.all() if each.series == series), 0)

    def _count(self) -> None:
        began = time.monotonic()
        if began >= self._old_at:
            self._counted = self._store.series()
            ended = time.monotonic()
            self._old_at = ended + max(FRESH_S, _REST * (ended - began))
