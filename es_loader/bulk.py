"""The bulk loop: bodies of our own, a verdict per document, nothing dropped silently."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Any, Final, Literal, NamedTuple, cast

from elasticsearch import Elasticsearch

from es_loader.body import Body, Operation, batches
from es_loader.client import BUSY, translated
from es_loader.dead_letter import DeadLetter
from es_loader.figures import LoaderFigures
from es_loader.patience import delays, wait
from market.documents.stream import parted
from market.errors import SinkRefused, SinkUnavailable

log = logging.getLogger(__name__)
SMALL: Final = 500  # a refresh after each larger body would slow a bulk load down
_VERDICTS: Final = "items.*.status,items.*._id,items.*.error.type,items.*.error.reason"
_REFUSED_FOR_GOOD: Final = frozenset({400, 404, 413})
Verdict = Literal["done", "again", "dead"]


class Bulk:
    """Sends operations until each is stored or laid down as a dead letter."""

    def __init__(
        self,
        client: Elasticsearch,
        bury: Callable[[list[DeadLetter]], None],
        figures: LoaderFigures | None = None,
    ) -> None:
        self._client = client
        self._buried = bury
        self._figures = figures or LoaderFigures()

    def send(self, parts: Iterable[Operation | Body], *, searchable: bool = False) -> int:
        """Blocks until all are acknowledged; returns how many were stored or deleted.

        Back-pressure: while Elasticsearch is slow or away one body waits, and nothing more is read.
        With `searchable` a search finds small amounts when this returns, larger ones a second later.
        Raises `SinkRefused` when Elasticsearch rejects us; one that is away or busy is waited for.
        """
        return sum(self._send_body(body, searchable) for body in _made_ahead(batches(parts)))

    def _send_body(self, left: Body, searchable: bool) -> int:
        stored = 0
        for delay in delays():
            self._figures.queue_depth = len(left)
            try:
                verdicts = self._post(left, searchable)
            except SinkUnavailable as error:
                self._figures.errors += 1
                wait(delay, error)
                continue
            self._bury(left, verdicts)
            stored += sum(each.verdict == "done" for each in verdicts)
            left = left.only([at for at, each in enumerate(verdicts) if each.verdict == "again"])
            if not len(left):
                break
            self._figures.errors += len(left)
            wait(delay, SinkUnavailable(f"Elasticsearch is too busy for {len(left)} documents"))
        self._figures.queue_depth = 0
        self._figures.documents += stored
        return stored

    def _post(self, body: Body, searchable: bool) -> list[Judged]:
        refresh = searchable and len(body) < SMALL
        if not self._answer(body.text, refresh, "errors")["errors"]:
            return [_DONE] * len(body)
        # Only now ask for a verdict on each: sending again changes nothing, and long answers are dear.
        items = self._answer(body.text, refresh, _VERDICTS)["items"]
        return [judge(*next(iter(item.items()))) for item in items]

    def _answer(self, body: bytes, refresh: bool, wanted: str) -> dict[str, Any]:
        operations = cast("Sequence[dict[str, Any]]", body)  # the client sends bytes as they are
        started = time.monotonic()
        self._figures.requests += 1
        with translated("bulk"):
            answer = dict(self._client.bulk(operations=operations, refresh=refresh, filter_path=wanted))
        self._figures.latencies_ms.append((time.monotonic() - started) * 1_000)
        return answer

    def _bury(self, body: Body, verdicts: Sequence[Judged]) -> None:
        dead = [_letter(body, at, each) for at, each in enumerate(verdicts) if each.verdict == "dead"]
        if dead:
            self._buried(dead)


class Judged(NamedTuple):
    """What became of one operation."""

    verdict: Verdict
    status: int
    type: str
    reason: str


_DONE: Final = Judged("done", 200, "", "")


def judge(kind: str, item: dict[str, Any]) -> Judged:
    """Judge one item of the answer: `{"_id": "…", "status": 400, "error": {"type": "…", "reason": "…"}}`.

    Deleting what is not there and creating what is there are successes; both repeat an earlier attempt.
    A deletion of one version (409) came too late: the document was written anew, and stays.
    """
    status, error = item["status"], item.get("error", {})
    judged = (status, error.get("type", ""), error.get("reason", ""))
    repeated = (kind, status) in {("delete", 404), ("delete", 409), ("create", 409)}
    if status < 300 or repeated:
        return Judged("done", *judged)
    if status in BUSY or status >= 500:
        return Judged("again", *judged)
    if status in _REFUSED_FOR_GOOD:
        return Judged("dead", *judged)
    raise SinkRefused(
        f"Elasticsearch refuses {item.get('_id', '?')} ({status}): {error.get('reason', '?')}; "
        "run `sh setup.sh` to renew the rights of the writer"
    )


def _made_ahead(made: Iterator[Body]) -> Iterator[Body]:
    """The next body is read and built while Elasticsearch works on this one; never more than one ahead."""
    with ThreadPoolExecutor(1, "bodies") as builder:
        coming = builder.submit(next, made, None)
        while (body := coming.result()) is not None:
            coming = builder.submit(next, made, None)
            yield body


def _letter(body: Body, at: int, judged: Judged) -> DeadLetter:
    sent = body.sent(at)
    stream, partition = parted(sent.target)
    return DeadLetter(
        at=datetime.now(UTC).isoformat(timespec="seconds"),
        stream=stream,
        partition=partition,
        id=sent.id,
        status=judged.status,
        type=judged.type,
        reason=judged.reason,
        document=sent.document,
    )
