"""News for whoever listens over HTTP: every line of the change log becomes events once, for all listeners."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from queue import SimpleQueue
from typing import Final

import orjson
from fastapi.sse import format_sse_event

from market.errors import MarketError, StoreUnavailable, Transient
from market.ports import Change, ChangeLog
from web.listening import Listening, Wants
from web.tail import Tail

log = logging.getLogger(__name__)

MOST_LISTENERS: Final = 100
# Who was away for longer is told to read everything again.
MOST_REPLAYED: Final = 10_000
_LONGEST_WAIT_S: Final = 15.0
_LINES: Final = 500

# The events of a line, in order: name and one JSON object each.
Events = Sequence[tuple[str, bytes]]
ReadEvents = Callable[[Change], Events]


class Broadcast:
    """Listens to the tail and tells the listeners of a process; `read` asks the database in its thread."""

    def __init__(
        self, tail: Tail, changes: ChangeLog, read: ReadEvents, *, most_listeners: int = MOST_LISTENERS
    ) -> None:
        self._tail = tail
        self._changes = changes
        self._read = read
        self._most = most_listeners
        self._lock = threading.Lock()
        self._listening: tuple[Listening, ...] = ()
        self._position: int | None = None
        self._news: SimpleQueue[Sequence[Change] | None] = SimpleQueue()
        self._stopping = threading.Event()

    @property
    def listeners(self) -> int:
        """How many listen now."""
        return len(self._listening)

    def changed(self, lines: Sequence[Change]) -> None:
        """Lines to tell of (called by the tail)."""
        self._news.put(lines)

    def lost(self) -> None:
        """Everything may have changed (called by the tail)."""
        self._news.put(None)

    def join(self, wants: Wants) -> Listening:
        """Listen from here on; call it in the event loop that will listen.

        Raises `Transient` when enough listen already, `StoreUnavailable` before the log was read.
        """
        with self._lock:
            position = self._tail.position if self._position is None else self._position
            if position is None:
                raise StoreUnavailable("the change log has not been read yet: try again in some seconds")
            if len(self._listening) >= self._most:
                raise Transient(f"{self._most} streams are open already: close one or try again later")
            listening = Listening(wants, position)
            self._listening = (*self._listening, listening)
            return listening

    def leave(self, listening: Listening) -> None:
        """Stop listening."""
        with self._lock:
            self._listening = tuple(each for each in self._listening if each is not listening)

    def missed(self, listening: Listening, after: int) -> Iterator[bytes]:
        """What was told between number `after` and the joining, a line at a time; asks the database."""
        if listening.after < after <= self._changes.head():
            listening.after = after  # it heard more elsewhere than is told here so far
        if not self._changes.oldest() - 1 <= after <= listening.after <= after + MOST_REPLAYED:
            yield reset(listening.after)
            return
        while after < listening.after:
            lines = self._changes.read(after, _LINES)
            if not lines:
                return
            for line in lines:
                if line.seq <= listening.after and listening.wants(line):
                    yield _told(line, self._read(line))
            after = lines[-1].seq

    @contextmanager
    def running(self) -> Iterator[None]:
        """Tell until the block ends; then every stream is ended, too."""
        thread = threading.Thread(target=self._run, name="broadcast", daemon=True)
        self._stopping.clear()
        self._tail.listen(self)
        thread.start()
        try:
            yield
        finally:
            self._tail.leave(self)
            self.close()
            thread.join(_LONGEST_WAIT_S)

    def close(self) -> None:
        """End every stream at once, properly."""
        self._stopping.set()
        self._news.put(())
        for each in self._listening:
            each.end()

    def _run(self) -> None:
        while not self._stopping.is_set():
            lines = self._news.get()
            if lines is None:
                self._tell_loss()
            else:
                self._tell(lines)

    def _tell_loss(self) -> None:
        with self._lock:
            self._position = position = self._tail.position or 0
            listening = self._listening
        for each in listening:
            each.begin_again(position, reset(position))

    def _tell(self, lines: Sequence[Change]) -> None:
        for line in lines:
            with self._lock:
                self._position, everybody = line.seq, self._listening
            interested = [each for each in everybody if each.wants(line)]
            told = self._patiently(line) if interested else b""
            for each in interested:
                each.put(line.seq, told)

    def _patiently(self, line: Change) -> bytes:
        """The line's events; while the database is away it is asked again and nobody misses anything."""
        wait_s = 1.0
        while not self._stopping.is_set():
            try:
                return _told(line, self._read(line))
            except MarketError as error:
                log.warning("line %s cannot be told, next try in %.0f s: %s", line.seq, wait_s, error)
                self._stopping.wait(wait_s)
                wait_s = min(wait_s * 2, _LONGEST_WAIT_S)
        return b""


def reset(position: int) -> bytes:
    """What a listener has to hear that cannot be told everything it missed."""
    data = orjson.dumps({"position": position, "hint": "read what you need again over REST, then go on here"})
    return format_sse_event(event="reset", data_str=data.decode(), id=str(position))


def _told(line: Change, events: Events) -> bytes:
    """On the wire. Only the last event has the line's number: who is cut off before hears the line again."""
    last = len(events) - 1
    return b"".join(
        format_sse_event(event=name, data_str=data.decode(), id=str(line.seq - (at < last)))
        for at, (name, data) in enumerate(events)
    )
