"""The change log is kept for some days and until its lines are applied; what is older is trimmed."""

from __future__ import annotations

import logging
import time
from typing import Final

from market.errors import MarketError
from market.ports import LogTrimmer

log = logging.getLogger(__name__)
EVERY_S: Final = 3_600.0
SLICE: Final = 20_000
_NEXT_SLICE_S: Final = 1.0
_DAY_S: Final = 86_400.0


class Trimming:
    """Shortens the change log once an hour, slice by slice; without a trimmer, never."""

    def __init__(self, trimmer: LogTrimmer | None = None, keep_days: float = 14) -> None:
        self._trimmer = trimmer
        self._keep_s = keep_days * _DAY_S
        self._next = time.monotonic()

    def trim(self, applied: int) -> None:
        """Delete old lines up to the cursor, which Elasticsearch has acknowledged."""
        if self._trimmer is None or time.monotonic() < self._next:
            return
        self._next = time.monotonic() + EVERY_S
        try:
            trimmed = self._trimmer.trim(applied, self._keep_s, SLICE)
        except MarketError as error:
            log.warning("the change log was not trimmed, the work goes on: %s", error)
            return
        if trimmed >= SLICE:  # of a house that was never trimmed; what follows must not wait for all of it
            self._next = time.monotonic() + _NEXT_SLICE_S
        if trimmed:
            log.info("trimmed %d lines of the change log", trimmed)
