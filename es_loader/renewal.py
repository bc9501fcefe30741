"""Make a range of documents anew, in place: readers and a follower go on meanwhile."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Any, Final

import orjson
from elasticsearch import Elasticsearch

from es_loader.body import Body
from es_loader.bulk import Bulk
from es_loader.client import translated
from es_loader.everything import known_streams
from es_loader.parts import parts
from es_loader.patience import persistently
from es_loader.ranges import Span
from es_loader.record import Record
from es_loader.state import State, StateStore
from market.documents import DOCUMENTS, DocumentStream
from market.errors import InvalidInput

log = logging.getLogger(__name__)
_PAGE: Final = 5_000


class Renewal:
    """Writes what MySQL holds of a range, and removes what it does not hold."""

    def __init__(self, record: Record, bulk: Bulk, writer: Elasticsearch, states: StateStore) -> None:
        self._record = record
        self._bulk = bulk
        self._client = writer
        self._states = states

    def run(self, streams: Iterable[str], span: Span) -> dict[str, int]:
        """Documents written by stream; `InvalidInput` for an unknown stream or before the first load."""
        names = known_streams(streams)
        state = self._state()
        head = self._record.changes.head()
        written = {name: self._renew(name, state.generations[name], span) for name in names}
        # A line that was applied while we read may have been overwritten with what we had read before.
        persistently(lambda: self._step_back(head))
        return written

    def _renew(self, name: str, generation: int, span: Span) -> int:
        stream = DOCUMENTS[name]
        newest = self._newest_numbers(stream, generation)
        written = self._bulk.send(parts(self._record, name, generation, span))
        removed = self._bulk.send(
            stray for index, number in newest.items() for stray in self._strays(index, number, span)
        )
        log.info("%s: %d documents written, %d removed", name, written, removed)
        return written

    def _newest_numbers(self, stream: DocumentStream, generation: int) -> dict[str, int]:
        """Of each index the number of its newest write: what is written from now on has a larger one."""
        with translated(f"reading {stream.alias}"):
            found = self._client.indices.stats(
                index=stream.pattern(generation),
                level="shards",
                filter_path="indices.*.shards.*.seq_no,indices.*.shards.*.routing.primary",
            )
        return {
            index: max(copy["seq_no"]["max_seq_no"] for shard in stats["shards"].values() for copy in shard)
            for index, stats in found.get("indices", {}).items()
        }

    def _strays(self, index: str, newest: int, span: Span) -> Iterator[Body]:
        """Deletions of the documents of the range that were not written anew."""
        with translated(f"refreshing {index}"):
            self._client.indices.refresh(index=index)
        window = {"gte": span.start, "lte": span.end, "format": "epoch_millis"}
        left = [{"range": {"@timestamp": window}}, {"range": {"_seq_no": {"lte": newest}}}]
        after: list[Any] | None = None
        while True:
            with translated(f"searching {index}"):
                hits = self._client.search(
                    index=index,
                    query={"bool": {"filter": left}},
                    sort=[{"_seq_no": "asc"}],
                    source=False,
                    seq_no_primary_term=True,
                    search_after=after,
                    size=_PAGE,
                )["hits"]["hits"]
            if hits:
                yield Body.of([_deletion(hit) for hit in hits])
            if len(hits) < _PAGE:
                return
            after = hits[-1]["sort"]

    def _state(self) -> State:
        state = self._states.load()
        if state is None or state.epoch != self._record.changes.epoch():
            raise InvalidInput("the documents are not those of this database: run rebuild without a range")
        return state

    def _step_back(self, head: int) -> State:
        state = self._state()
        return self._states.save(replace(state, seq=min(state.seq, head)))


def _deletion(hit: dict[str, Any]) -> bytes:
    """Of exactly this version: what a follower writes meanwhile stays."""
    target = {
        "_index": hit["_index"],
        "_id": hit["_id"],
        "if_seq_no": hit["_seq_no"],
        "if_primary_term": hit["_primary_term"],
    }
    return orjson.dumps({"delete": target}) + b"\n"
