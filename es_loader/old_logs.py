"""Log lines that Filebeat sent are kept for some weeks; what is older goes, whole months as their indices."""

from __future__ import annotations

import logging
import re
import time
from datetime import UTC, datetime, timedelta
from typing import Final

from es_loader.indices import LOGS, Indices
from market.errors import MarketError

log = logging.getLogger(__name__)
KEEP: Final = timedelta(days=30)
EVERY_S: Final = 3_600.0
_A_MONTH: Final = re.compile(rf"{LOGS}-\d{{4}}\.\d{{2}}")


class OldLogs:
    """Deletes, once an hour, the months of which every line is older than `KEEP`."""

    def __init__(self, indices: Indices) -> None:
        self._indices = indices
        self._next = time.monotonic()

    def drop(self) -> None:
        """Delete what is too old by now; an Elasticsearch that cannot do it is asked again an hour later."""
        if time.monotonic() < self._next:
            return
        self._next = time.monotonic() + EVERY_S
        try:
            self._indices.delete(too_old(self._indices.logs(), datetime.now(UTC)))
        except MarketError as error:
            log.warning("old log lines were not deleted, the work goes on: %s", error)


def too_old(names: list[str], now: datetime) -> list[str]:
    """Of `opa-logs-2026.09` and the like those whose month had ended `KEEP` ago; others are not ours."""
    oldest_kept = f"{LOGS}-{now - KEEP:%Y.%m}"
    return [each for each in names if _A_MONTH.fullmatch(each) and each < oldest_kept]
