"""Anchors of the ledger: written once a day, never overwritten, and the ledger held against them."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from elasticsearch import Elasticsearch

from es_loader.body import Operation
from es_loader.bulk import Bulk
from es_loader.client import translated
from es_loader.record import Record
from market.decision import Role
from market.documents import DOCUMENTS
from market.documents.anchors import anchor_document, chain_head
from market.errors import InvalidInput
from market.interval import Series
from market.ports import ChainHead

GENERATION: Final = 1  # no rebuild ever makes another
EVERY_S: Final = 60.0
_STREAM: Final = DOCUMENTS["anchors"]
_PAGE: Final = 5_000


class Anchors:
    """Lays the day's anchor of every chain as soon as the chain has a row."""

    def __init__(self, record: Record, bulk: Bulk) -> None:
        self._record = record
        self._bulk = bulk
        self._laid: set[str] = set()
        self._looked_at = -EVERY_S

    def lay(self) -> None:
        """At the start of a follower and at most once a minute: what of today is missing."""
        if time.monotonic() < self._looked_at + EVERY_S:
            return
        heads = [head for head in self._record.decisions.chain_heads() if head.number]
        today = [anchor_document(head, self._record.clock(head.series.exchange).now()) for head in heads]
        due = [document for document in today if document.id not in self._laid]
        # `create` leaves the anchor that an earlier process laid today as it is.
        self._bulk.send(Operation("create", _STREAM, GENERATION, each) for each in due)
        self._laid = {document.id for document in today}
        self._looked_at = time.monotonic()

    def forget(self) -> None:
        """Look again at once: an Elasticsearch that was emptied has lost the day's anchors too."""
        self._laid = set()
        self._looked_at = -EVERY_S


def stored(client: Elasticsearch) -> Iterator[dict[str, Any]]:
    """Every anchor as its document, oldest first."""
    after: list[Any] | None = None
    with translated("reading anchors"):
        client.indices.refresh(index=_STREAM.alias)
        while True:
            hits = client.search(
                index=_STREAM.alias,
                sort=[{"@timestamp": "asc"}, {"anchor.id": "asc"}],
                size=_PAGE,
                search_after=after,
            )["hits"]["hits"]
            yield from (hit["_source"] for hit in hits)
            if len(hits) < _PAGE:
                return
            after = hits[-1]["sort"]


@dataclass(frozen=True, slots=True)
class Finding:
    """What one ledger is, held against its anchors; without faults nothing was edited, cut or inserted."""

    series: Series
    role: Role
    rows: int
    anchors: int
    newest: int | None
    faults: Sequence[str]

    def __str__(self) -> str:
        day = "none" if self.newest is None else datetime.fromtimestamp(self.newest / 1000, UTC).isoformat()
        return (
            f"{self.series} {self.role}: {self.rows} rows, {self.anchors} anchors (newest {day}), "
            f"{len(self.faults)} faults"
        )


def verify(record: Record, bodies: Iterable[dict[str, Any]]) -> Iterator[Finding]:
    """Walk every chain that the record or an anchor knows."""
    heads = record.decisions.chain_heads()
    anchored = [(body["@timestamp"], chain_head(body)) for body in bodies]
    known = {(head.series, head.role) for head in [*heads, *(anchor for _, anchor in anchored)]}
    for series, role in sorted(known):
        mine = [each for each in anchored if (each[1].series, each[1].role) == (series, role)]
        own_heads = [head for head in heads if (head.series, head.role) == (series, role)]
        anchors = [anchor for _, anchor in mine]
        yield Finding(
            series,
            role,
            sum(head.number for head in own_heads),
            len(anchors),
            max((at for at, _ in mine), default=None),
            [*_walked(record, series, role, anchors), *_never_anchored(own_heads, anchors)],
        )


def _walked(record: Record, series: Series, role: Role, anchors: Sequence[ChainHead]) -> list[str]:
    try:
        return record.decisions.verify(series, role, anchors)
    except InvalidInput as error:
        return [f"the anchored ledger is gone: {error}"]


def _never_anchored(heads: Sequence[ChainHead], anchors: Sequence[ChainHead]) -> Iterator[str]:
    chains = {anchor.chain for anchor in anchors}
    for head in heads:
        if head.number and head.chain not in chains:
            yield f"{head.chain}: no anchor in Elasticsearch; `python -m es_loader follow` lays one a day"
