"""The bulk loop: bodies of our own, a verdict per document, nothing dropped silently."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Any, Final, Literal, NamedTuple, cast

import orjson
from elasticsearch import Elasticsearch

from es_loader.client import BUSY, translated
from es_loader.dead_letter import DeadLetter
from es_loader.patience import delays, wait
from market.documents import DocumentStream
from market.documents.stream import Document
from market.errors import SinkRefused, SinkUnavailable

log = logging.getLogger(__name__)
MOST_OPERATIONS: Final = 2_000
MOST_BYTES: Final = 4_000_000
SMALL: Final = 500  # a refresh after each larger body would slow a bulk load down
_VERDICTS: Final = "items.*.status,items.*.error.type,items.*.error.reason"
_REFUSED_FOR_GOOD: Final = frozenset({400, 404, 413})
Verdict = Literal["done", "again", "dead"]


class Operation(NamedTuple):
    """One document of one generation of a stream to write, create (never overwrite) or delete."""

    kind: Literal["index", "create", "delete"]
    stream: DocumentStream
    generation: int
    document: Document

    def encoded(self) -> bytes:
        """Its lines of the bulk body."""
        document_id, partition, body = self.document
        index = self.stream.index(partition, self.generation)
        action = orjson.dumps({self.kind: {"_index": index, "_id": document_id}})
        return action + b"\n" if self.kind == "delete" else b"%b\n%b\n" % (action, orjson.dumps(body))


Line = tuple[Operation, bytes]


class Bulk:
    """Sends operations until each is stored or laid down as a dead letter."""

    def __init__(self, client: Elasticsearch, bury: Callable[[list[DeadLetter]], None]) -> None:
        self._client = client
        self._buried = bury

    def send(self, operations: Iterable[Operation], *, searchable: bool = False) -> int:
        """Blocks until all are acknowledged; returns how many were stored or deleted.

        With `searchable` a search finds small amounts when this returns, larger ones a second later.
        Raises `SinkRefused` when Elasticsearch rejects us; one that is away or busy is waited for.
        """
        return sum(self._send_batch(batch, searchable) for batch in _made_ahead(batches(operations)))

    def _send_batch(self, batch: Sequence[Line], searchable: bool) -> int:
        left, stored = batch, 0
        for delay in delays():
            try:
                verdicts = self._post(left, searchable)
            except SinkUnavailable as error:
                wait(delay, error)
                continue
            self._bury([pair for pair in zip(left, verdicts, strict=True) if pair[1].verdict == "dead"])
            stored += sum(each.verdict == "done" for each in verdicts)
            left = [line for line, each in zip(left, verdicts, strict=True) if each.verdict == "again"]
            if not left:
                break
            wait(delay, SinkUnavailable(f"Elasticsearch is too busy for {len(left)} documents"))
        return stored

    def _post(self, batch: Sequence[Line], searchable: bool) -> list[Judged]:
        body = b"".join(encoded for _, encoded in batch)
        refresh = searchable and len(batch) < SMALL
        if not self._answer(body, refresh, "errors")["errors"]:
            return [_DONE] * len(batch)
        # Only now ask for a verdict on each: sending again changes nothing, and long answers are dear.
        answer = self._answer(body, refresh, _VERDICTS)
        items = [next(iter(item.values())) for item in answer["items"]]
        return [judge(operation, item) for (operation, _), item in zip(batch, items, strict=True)]

    def _answer(self, body: bytes, refresh: bool, wanted: str) -> dict[str, Any]:
        operations = cast("Sequence[dict[str, Any]]", body)  # the client sends bytes as they are
        with translated("bulk"):
            return dict(self._client.bulk(operations=operations, refresh=refresh, filter_path=wanted))

    def _bury(self, dead: Sequence[tuple[Line, Judged]]) -> None:
        if dead:
            self._buried([_letter(line[0], judged) for line, judged in dead])


class Judged(NamedTuple):
    """What became of one operation."""

    verdict: Verdict
    status: int
    type: str
    reason: str


_DONE: Final = Judged("done", 200, "", "")


def judge(operation: Operation, item: dict[str, Any]) -> Judged:
    """Judge one item of the answer: `{"status": 400, "error": {"type": "…", "reason": "…"}}`.

    Deleting what is not there and creating what is there are successes; both repeat an earlier attempt.
    """
    status, error = item["status"], item.get("error", {})
    judged = (status, error.get("type", ""), error.get("reason", ""))
    repeated = (operation.kind, status) in {("delete", 404), ("create", 409)}
    if status < 300 or repeated:
        return Judged("done", *judged)
    if status in BUSY or status >= 500:
        return Judged("again", *judged)
    if status in _REFUSED_FOR_GOOD:
        return Judged("dead", *judged)
    raise SinkRefused(
        f"Elasticsearch refuses {operation.document.id} ({status}): {error.get('reason', '?')}; "
        "run `sh setup.sh` to renew the rights of the writer"
    )


def batches(operations: Iterable[Operation]) -> Iterator[list[Line]]:
    """Cut a stream of operations into bodies of bounded count and size."""
    batch: list[Line] = []
    size = 0
    for operation in operations:
        encoded = operation.encoded()
        if batch and (len(batch) >= MOST_OPERATIONS or size + len(encoded) > MOST_BYTES):
            yield batch
            batch, size = [], 0
        batch.append((operation, encoded))
        size += len(encoded)
    if batch:
        yield batch


def _made_ahead(made: Iterator[list[Line]]) -> Iterator[list[Line]]:
    """The next body is read and built while Elasticsearch works on this one; never more than one ahead."""
    with ThreadPoolExecutor(1, "bodies") as builder:
        coming = builder.submit(next, made, None)
        while (batch := coming.result()) is not None:
            coming = builder.submit(next, made, None)
            yield batch


def _letter(operation: Operation, judged: Judged) -> DeadLetter:
    return DeadLetter(
        at=datetime.now(UTC).isoformat(timespec="seconds"),
        stream=operation.stream.name,
        partition=operation.document.partition,
        id=operation.document.id,
        status=judged.status,
        type=judged.type,
        reason=judged.reason,
        document=operation.document.body,
    )
