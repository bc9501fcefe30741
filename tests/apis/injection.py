"""Hostile text in every place of every request, and what an answer must never be."""

from __future__ import annotations

import http.client
import io
import json
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import quote, urlsplit

import pyarrow as pa

from tests.apis.documents import Json, Operation, Request, declared
from tests.apis.house import HIDDEN, OPERATE_KEY, House
from tests.servers import TestDatabase

Hostile = Callable[[], Iterable[str]]

# Nothing that is stored is called like a payload: with one of these a filter lets nothing through.
NAMES: Final = {
    "query": {"exchange", "symbol", "symbols", "interval", "model", "run", "reason"},
    "body": {"exchange", "symbol", "interval"},
}
KEYS: Final = ("X-API-Key", "Authorization")
# Declared by nobody, sent by browsers, proxies and crawlers.
OTHERS: Final = (
    "Accept", "User-Agent", "X-Request-ID", "Cookie", "Origin", "X-Forwarded-For", "If-None-Match", "Referer",
)  # fmt: skip
# What orders that change something are there to change: they are given with a key that may.
WRITTEN: Final = {"jobs", "change_log", "change_counter"}
_LONGEST_S: Final = 60.0


@dataclass(frozen=True)
class Place:
    """Where a payload goes; a header without a name is one of those that nobody declares."""

    operation: Operation
    part: str
    name: str

    def __str__(self) -> str:
        return f"{self.operation} {self.part} {self.name}"

    def request(self, payload: str) -> Request:
        """The example request with the payload in this place."""
        if self.part in ("path", "query", "body"):
            return self.operation.request(**{self.part: {self.name: payload}})
        text = quote(payload.encode("utf-8", "surrogatepass"))
        name = self.name or OTHERS[len(payload) % len(OTHERS)]
        return self.operation.request(header={name: f"Bearer {text}" if name == "Authorization" else text})

    @property
    def is_name(self) -> bool:
        """Whether no answer with rows can be right."""
        return self.part == "path" or self.name in NAMES.get(self.part, ())


@dataclass(frozen=True)
class Answer:
    """What came back."""

    status: int
    rows: int
    text: str


@dataclass
class Findings:
    """Counted statuses, and what no answer may be."""

    requests: int = 0
    statuses: Counter[int] = field(default_factory=Counter)
    faults: list[str] = field(default_factory=list)

    def __add__(self, more: Findings) -> Findings:
        """Both together."""
        return Findings(
            self.requests + more.requests, self.statuses + more.statuses, self.faults + more.faults
        )


def places(operation: Operation) -> Iterator[Place]:
    """Every path and query parameter, every field of the body, every header, and the key."""
    for each in operation.parameters("path", "query", "header"):
        yield Place(operation, each["in"], each["name"])
    for name in operation.fields:
        yield Place(operation, "body", name)
    for name in (*(KEYS if operation.guarded else ()), ""):
        yield Place(operation, "door", name)


def besiege(
    house: House, database: TestDatabase, hostile: Hostile, told: Callable[[str], None] = str
) -> Findings:
    """Payloads into every place of both APIs, those of operations that change something last.

    `hostile()` gives the payloads of the next place; `told` hears of every operation.
    """
    total = Findings()
    for changing, may_change in ((False, frozenset()), (True, WRITTEN)):
        before = database.checksums()
        for address in house.addresses.values():
            with Attacker(address, OPERATE_KEY) as attacker:
                for operation in attacker.operations():
                    if operation.changes is changing:
                        total += _attacked(operation, attacker, hostile, told)
        after = database.checksums()
        changed = {name for name in after if after[name] != before[name]} - may_change
        total.faults += [f"the table {name} is not as before" for name in sorted(changed)]
    return total


def _attacked(
    operation: Operation, attacker: Attacker, hostile: Hostile, told: Callable[[str], None]
) -> Findings:
    began, found = time.monotonic(), Findings()
    for place in places(operation):
        # The key and what nobody declared are read before it is known which operation is meant: each has
        # another eighth.
        first, step = (len(operation.path) % 8, 8) if place.part == "door" else (0, 1)
        chosen = list(hostile())
        for payload in chosen[first::step] or chosen[:1]:
            attacker.attack(place, payload, found)
    took = time.monotonic() - began
    told(f"{operation}: {found.requests} requests, {dict(found.statuses)}, {took:.0f} s")
    for fault in found.faults:
        told(f"  {fault}")
    return found


class Attacker(AbstractContextManager["Attacker"]):
    """One connection to an API; `key` goes with every request whose payload is not the key."""

    def __init__(self, address: str, key: str) -> None:
        place = urlsplit(address)
        self._connection = http.client.HTTPConnection(place.hostname or "", place.port, timeout=_LONGEST_S)
        self._key = key
        self._plain: dict[str, Answer] = {}

    def __exit__(self, *_: object) -> None:
        self._connection.close()

    def operations(self) -> Iterator[Operation]:
        """What the API declares."""
        document = self.ask(Request("GET", "/openapi.json", {}, None)).text
        return declared(json.loads(document))

    def attack(self, place: Place, payload: str, findings: Findings) -> None:
        """Ask once; note what is wrong with the answer."""
        findings.requests += 1
        answer = self.ask(place.request(payload))
        findings.statuses[answer.status] += 1
        asked = str(place.operation)
        if asked not in self._plain:
            self._plain[asked] = self.ask(place.operation.request())
        fault = _fault(place, answer, self._plain[asked])
        if fault:
            findings.faults.append(f"{place}: {fault}: {payload[:80]!r}: {answer.text[:200]}")

    def ask(self, request: Request) -> Answer:
        """Send a request, read its answer; of an endless one only the beginning."""
        key = {} if "Authorization" in request.headers else {"X-API-Key": self._key}
        headers = key | request.headers
        self._connection.request(request.method, request.target, request.body, headers)
        answer = self._connection.getresponse()
        kind = answer.headers.get("Content-Type", "").partition(";")[0]
        if kind == "text/event-stream":
            body = answer.read1(65_536)
            self._connection.close()
        else:
            body = answer.read()
        rows = _rows(kind, body) if answer.status < 300 else 0
        return Answer(answer.status, rows, body.decode("utf-8", "replace"))


def _fault(place: Place, answer: Answer, plain: Answer) -> str | None:
    if answer.status >= 500:
        return f"status {answer.status}"
    if answer.status >= 300:
        return None
    if place.is_name and answer.rows:
        return f"{answer.rows} rows of a name that nobody has"
    if answer.rows > max(plain.rows, _most(place)):
        return f"{answer.rows} rows where {plain.rows} may be read"
    if HIDDEN in answer.text and HIDDEN not in plain.text:
        return "rows of a market that was not asked for"
    return None


def _most(place: Place) -> int:
    """The bound that a parameter for a number of rows declares."""
    for each in place.operation.parameters("query"):
        if each["name"] == place.name and place.name in ("limit", "points", "fills"):
            return int(each["schema"]["maximum"])
    return int(place.operation.fields[place.name]["maximum"]) if place.name == "points" else 0


def _rows(kind: str, body: bytes) -> int:
    if kind == "application/json":
        return _longest(json.loads(body))
    if kind == "application/vnd.apache.arrow.stream":
        return int(pa.ipc.open_stream(io.BytesIO(body)).read_all().num_rows)
    if kind == "text/event-stream":
        return body.count(b"\ndata:")
    return body.count(b"\n") if kind in ("text/csv", "application/x-ndjson") else 0


def _longest(told: Json | list[Any]) -> int:
    """Rows of an answer: as it says itself, else its longest list, else its one object."""
    if isinstance(told, dict) and isinstance(told.get("count"), int):
        return int(told["count"])
    lists = [each for each in told.values() if isinstance(each, list)] if isinstance(told, dict) else [told]
    return max(map(len, lists), default=1)
