"""The scorer: follows the change log and keeps ledger and outcomes complete.

Its work list is in the store ("confirmed bars that lack a decision"), so that it may die at any point; the
log only says where to look.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from threading import Event
from typing import Final

from market.errors import InvalidInput, Transient
from market.interval import Series
from market.ports import Change, ChangeLog, Figures
from model_service.ledger import Scribe
from model_service.outcomes import record_due

log = logging.getLogger(__name__)
_SHORTEST_WAIT_S: Final = 0.2
_LONGEST_IDLE_S: Final = 1.0
_LONGEST_RETRY_S: Final = 30.0
_WATCHED: Final = ("klines", "quality")


@dataclass
class Scorer:
    """Decides new candles as they are confirmed, and judges old decisions as their horizon passes.

    `between` is called after every look at the change log, with the series that have a model.
    """

    scribe: Scribe
    changes: ChangeLog
    between: Callable[[Sequence[Series]], None] = lambda series: None
    _cursor: int = -1
    _epoch: str = ""
    _series: list[Series] = field(default_factory=list)
    _written: int = 0
    _failed: int = 0

    def catch_up(self) -> int:
        """Look at every series from the start of its ledger; returns how many rows were written."""
        self._epoch, self._cursor = self.changes.epoch(), self.changes.head()
        self._series = self.scribe.refresh()
        return sum(self._work(series, 0) for series in self._series)

    def step(self) -> int:
        """Work on what the change log tells; the cursor moves only after the work is done."""
        if (
            self._cursor < 0
            or self.changes.epoch() != self._epoch
            or self._cursor < self.changes.oldest() - 1
        ):
            return self.catch_up()
        lines = self.changes.read(self._cursor)
        if not lines:
            return 0
        if any(line.stream == "models" for line in lines):
            return self.catch_up()
        written = sum(self._work(series, since) for series, since in self._touched(lines).items())
        self._cursor = lines[-1].seq
        return written

    def run(self, stop: Event) -> None:
        """Follow until `stop` is set; a database that is away is waited for, and nothing is lost by it."""
        wait = _SHORTEST_WAIT_S
        while not stop.is_set():
            try:
                written = self.step()
                self._written += written
                self.between(self._series)
                wait = _SHORTEST_WAIT_S if written else min(wait * 1.25, _LONGEST_IDLE_S)
            except Transient as error:
                self._cursor = -1
                self._failed += 1
                wait = min(max(wait, _LONGEST_IDLE_S) * 2, _LONGEST_RETRY_S)
                log.warning("%s; trying again in %.0f s", error, wait)
            stop.wait(wait)

    def figures(self) -> Figures:
        """For the heartbeat: rows written, looks that failed, and lines of the change log that wait."""
        waiting = self.changes.head() - self._cursor if self._cursor >= 0 else None
        return Figures(errors=self._failed, documents=self._written, queue_depth=waiting)

    def _touched(self, lines: list[Change]) -> dict[Series, int]:
        """Series that we score, with the earliest open time that changed in each."""
        names = {str(series): series for series in self._series}
        since: dict[Series, int] = {}
        for line in lines:
            series = names.get(line.series)
            if series is not None and line.stream in _WATCHED:
                since[series] = min(since.get(series, line.from_time), line.from_time)
        return since

    def _work(self, series: Series, since: int) -> int:
        scribe = self.scribe
        try:
            written = scribe.write_due(series, since)
            now = scribe.clock(series.exchange).now()
            for role in scribe.roles(series):
                written += record_due(scribe.klines, scribe.decisions, series, role, now)
        except InvalidInput as error:
            log.error("%s is not scored: %s", series, error)
            return 0
        if written:
            log.info("%s: %d decisions and outcomes", series, written)
        return written
