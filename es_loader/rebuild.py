"""Load streams from MySQL into a new generation, then let their aliases jump there: no reader sees a gap."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterable

from es_loader.bulk import Bulk
from es_loader.everything import EVERYTHING, known_streams
from es_loader.indices import Indices
from es_loader.parts import parts
from es_loader.patience import persistently
from es_loader.record import Record
from es_loader.state import State, StateStore
from market.documents import DOCUMENTS
from market.errors import InvalidInput

log = logging.getLogger(__name__)


class Rebuild:
    """Brings documents back to what MySQL holds, whatever was there before."""

    def __init__(self, record: Record, bulk: Bulk, indices: Indices, states: StateStore) -> None:
        self._record = record
        self._bulk = bulk
        self._indices = indices
        self._states = states

    def run(self, streams: Iterable[str] = tuple(EVERYTHING)) -> dict[str, int]:
        """Rebuild some streams (all but anchors and alerts by default); returns the documents by stream.

        `InvalidInput` for an unknown stream, or for a part when the cursor belongs to another change log
        (then everything has to be rebuilt).
        """
        names = known_streams(streams)
        fresh = State(self._record.changes.epoch(), self._record.changes.head(), {})
        before = self._states.load()
        _merged(before, fresh, names)  # refuse now what could not be switched to later
        self._indices.bootstrap(before.generations if before else {})
        generation = self._indices.next_generation()
        claim = self._states.claim(dict.fromkeys(names, generation))
        self._indices.drop_unfinished(claim.left, before.generations if before else {})
        written = {name: self._load(name, generation) for name in names}
        self._states.hold(claim)
        # The cursor first: a follower then writes into the new generation, and mends the alias if we die.
        fresh = State(fresh.epoch, fresh.seq, dict.fromkeys(names, generation))
        persistently(lambda: self._states.save(_merged(self._states.load(), fresh, names)))
        self._indices.point(fresh.generations)
        self._indices.drop_others(fresh.generations)
        return written

    def _load(self, name: str, generation: int) -> int:
        stream, started = DOCUMENTS[name], time.monotonic()
        self._indices.prepare(stream, generation)
        written = self._bulk.send(parts(self._record, name, generation))
        self._indices.refresh(stream, generation)
        seconds = time.monotonic() - started
        log.info("%s: %d documents in %.1f s", name, written, seconds)
        return written


def _merged(stored: State | None, fresh: State, names: list[str]) -> State:
    """The state after the switch: a part keeps the other streams, and the older of the two cursors."""
    version = stored.version if stored else None
    if set(names) == set(EVERYTHING):
        return State(fresh.epoch, fresh.seq, fresh.generations, version)
    if stored is None or stored.epoch != fresh.epoch:
        raise InvalidInput("the documents belong to another database: run rebuild without --stream")
    return State(fresh.epoch, min(fresh.seq, stored.seq), stored.generations | fresh.generations, version)
