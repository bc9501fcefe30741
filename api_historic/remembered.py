"""Answers that are still true, kept as bytes until the change log tells of a row they depend on."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Sequence
from typing import Final, NamedTuple

from fastapi import FastAPI
from fastapi.routing import APIRoute
from starlette.types import Receive, Scope, Send

from market.ports import Change
from web.etags import Answer
from web.tail import Tail

MOST_BYTES: Final = 48_000_000
# What an answer takes besides its body: its headers, its place, its query.
_BESIDES: Final = 4_000
# The largest answer that is remembered, as a part of all.
_LARGEST: Final = 3
# Path, query as it was written, `Accept`, `Host` (links name it).
Question = tuple[str, bytes, bytes, bytes]
# How often everything was lost, and the last line about a series: what a reader saw before it read.
Note = tuple[int, int]


class Touches(NamedTuple):
    """The rows that an answer depends on: times in `[start, end)`."""

    stream: str
    series: str
    start: int
    end: int

    def changed_by(self, line: Change) -> bool:
        """Whether the line tells of one of them."""
        mine = (self.stream, self.series) == (line.stream, line.series)
        return mine and self.start <= line.to_time and line.from_time < self.end


class Remembered:
    """A bounded memory of answers, least used first to go; listens to the tail of the change log.

    An answer is kept only where no line about its series was told between the note before its rows were read
    and the keeping: whatever is told later drops it. While the tail is not fresh nothing is given out.
    """

    def __init__(self, tail: Tail, most_bytes: int = MOST_BYTES) -> None:
        self._tail = tail
        self._most = most_bytes
        self._lock = threading.Lock()
        self._answers: OrderedDict[Question, tuple[Answer, Touches]] = OrderedDict()
        self._bytes = 0
        self._told: dict[tuple[str, str], int] = {}
        self._losses = 0

    def find(self, scope: Scope) -> Answer | None:
        """The answer to a request, if it is known to be true still."""
        if not self._tail.fresh:
            return None
        with self._lock:
            question = asked(scope)
            found = self._answers.get(question)
            if found is None:
                return None
            self._answers.move_to_end(question)
            return found[0]

    def note(self, stream: str, series: str) -> Note | None:
        """Take one before reading rows, give it to `keep` with the answer; None before the log was read."""
        with self._lock:
            return None if self._tail.position is None else self._now(stream, series)

    def keep(self, scope: Scope, answer: Answer, touches: Touches, note: Note | None) -> None:
        """Remember an answer, unless something was told since the note was taken."""
        question = asked(scope)
        with self._lock:
            changed = note != self._now(touches.stream, touches.series)
            if changed or _size(question, answer) > self._most // _LARGEST:
                return
            self._drop([question])
            self._answers[question] = answer, touches
            self._bytes += _size(question, answer)
            while self._bytes > self._most:
                self._drop([next(iter(self._answers))])

    def changed(self, lines: Sequence[Change]) -> None:
        """Drop what the lines tell of (called by the tail)."""
        with self._lock:
            told = {(line.stream, line.series): line.seq for line in lines}
            # A series heard of for the first time may make a name ambiguous that was not.
            if told.keys() - self._told.keys():
                self._drop(list(self._answers))
            self._told |= told
            near = [(q, t) for q, (_, t) in self._answers.items() if (t.stream, t.series) in told]
            self._drop([q for q, t in near if any(t.changed_by(line) for line in lines)])

    def lost(self) -> None:
        """Drop everything (called by the tail)."""
        with self._lock:
            self._losses += 1
            self._told.clear()
            self._drop(list(self._answers))

    def _drop(self, questions: Sequence[Question]) -> None:
        for question in questions:
            dropped = self._answers.pop(question, None)
            self._bytes -= _size(question, dropped[0]) if dropped else 0

    def _now(self, stream: str, series: str) -> Note:
        return self._losses, self._told.get((stream, series), 0)


def asked(scope: Scope) -> Question:
    """What a request asks, as far as the answer depends on it."""
    accept = host = b""
    for name, value in scope["headers"]:
        # Of several the first is answered, so that all of them make the question.
        if name == b"accept":
            accept += value + b"\n"
        elif name == b"host":
            host += value + b"\n"
    return scope["path"], scope["query_string"], accept, host


def _size(question: Question, answer: Answer) -> int:
    return len(answer.body) + 2 * len(question[1]) + _BESIDES


def remembered(app: FastAPI) -> Remembered:
    """The memory of this service."""
    held: Remembered = app.state.remembered
    return held


class RememberingRoute(APIRoute):
    """A route whose remembered answers need no dependency to be solved.

    Only for callers whose key the door has found: every key may read.
    """

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer from memory, or as any route does."""
        admitted = scope["method"] == "GET" and scope.get("state", {}).get("key")
        answer = remembered(scope["app"]).find(scope) if admitted else None
        if answer is None:
            await super().handle(scope, receive, send)
        else:
            await answer.send(_header(scope, b"if-none-match"), send)


def _header(scope: Scope, name: bytes) -> str:
    return next((value.decode("latin-1") for key, value in scope["headers"] if key == name), "")
