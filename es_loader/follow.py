"""Follow the change log: what MySQL commits is searchable a moment later."""

from __future__ import annotations

import logging
import time
from collections.abc import Sequence
from dataclasses import replace
from itertools import chain
from typing import Final

from es_loader.anchors import Anchors
from es_loader.bulk import Bulk
from es_loader.figures import LoaderFigures
from es_loader.indices import Indices
from es_loader.old_logs import OldLogs
from es_loader.patience import delays, wait
from es_loader.ranges import ALL_TIME, Span, joined, widest
from es_loader.rebuild import Rebuild
from es_loader.record import Record
from es_loader.retention import drop_purged_days
from es_loader.state import State, StateStore
from es_loader.touched import Touched
from es_loader.trimming import Trimming
from market.errors import Transient
from market.interval import Series
from market.ports import Change

log = logging.getLogger(__name__)
LINES: Final = 100  # of the change log at a time: bounds what is done again after a kill
POLL_S: Final = 0.2
IDLE_POLL_S: Final = 0.8  # with the work itself, a new row is searchable within a second
_QUALITY: Final = frozenset({"quality", "decisions"})  # a decision shortens what waits for one
QUALITY_EVERY_S: Final = 5.0  # counting every row of the store is the dearest question we ask it


class Follower:
    """Applies lines of the change log in order; the cursor moves when Elasticsearch has acknowledged."""

    def __init__(
        self,
        record: Record,
        bulk: Bulk,
        indices: Indices,
        states: StateStore,
        touched: Touched,
        anchors: Anchors,
        trimming: Trimming,
        figures: LoaderFigures,
    ) -> None:
        self._record = record
        self._bulk = bulk
        self._indices = indices
        self._states = states
        self._touched = touched
        self._anchors = anchors
        self._trimming = trimming
        self._figures = figures
        self._rebuild = Rebuild(record, bulk, indices, states)
        self._old_logs = OldLogs(indices)
        self._generations: dict[str, int] = {}
        self._unsure_quality: dict[Series, Span] | None = None  # None: of every series, as after a start
        self._quality_at = 0.0

    def run(self) -> None:
        """Until the process is told to end; servers that are away are waited for."""
        log.info("following the change log")
        pauses, retries = delays(POLL_S, IDLE_POLL_S), delays()
        while True:
            try:
                if self.step():
                    pauses = delays(POLL_S, IDLE_POLL_S)
                else:
                    time.sleep(next(pauses))
                retries = delays()
            except Transient as error:
                wait(next(retries), error)

    def step(self) -> bool:
        """Apply the next lines; False when there were none."""
        state = self._states.load()
        if state is None or (reason := self.out_of_step(state)):
            log.warning("rebuilding: %s", "no cursor in Elasticsearch" if state is None else reason)
            self._rebuild.run()
            self._anchors.forget()
            return True
        self._adopt(state)
        self._figures.cursor = state.seq
        lines = self._record.changes.read(state.seq, LINES)
        if lines:
            self._apply(lines)
            self._states.save(replace(state, seq=lines[-1].seq))
            log.debug("applied lines up to %d", lines[-1].seq)
        self._write_quality()
        self._anchors.lay()
        self._trimming.trim(state.seq)
        self._old_logs.drop()
        return bool(lines)

    def out_of_step(self, state: State) -> str:
        """Why following on from `state` would miss something; "" when it would not."""
        changes = self._record.changes
        if state.epoch != changes.epoch():
            return "the change log is another one"
        if state.seq + 1 < changes.oldest():
            return f"line {state.seq + 1} of the change log is no longer kept"
        if state.seq > changes.head():
            return "the cursor is ahead of the change log (a restored database?)"
        return ""

    def _adopt(self, state: State) -> None:
        """Write into the generations of the cursor, and let the aliases show them."""
        if state.generations == self._generations:
            return
        self._indices.point(state.generations)
        self._generations = state.generations
        self._touched.generations = state.generations

    def _apply(self, lines: Sequence[Change]) -> None:
        ranges = joined(line for line in lines if line.stream != "quality")
        touched = self._touched.operations
        self._bulk.send(chain.from_iterable(map(touched, ranges)), searchable=len(lines) < LINES)
        for line in lines:
            if line.stream in _QUALITY and self._unsure_quality is not None:
                self._unsure_quality = widest(self._unsure_quality, line)
        drop_purged_days(self._record, self._indices, ranges)

    def _write_quality(self) -> None:
        """Lines about quality are answered a few seconds later; a start answers those a kill left behind."""
        unsure = self._unsure_quality
        if unsure == {} or time.monotonic() < self._quality_at + QUALITY_EVERY_S:
            return
        if unsure is None:
            unsure = {each.series: ALL_TIME for each in self._record.klines.series()}
        self._bulk.send(self._touched.quality(unsure), searchable=True)
        self._unsure_quality, self._quality_at = {}, time.monotonic()
