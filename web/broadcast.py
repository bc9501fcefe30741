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
from web.event_id import EventId
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
        self._here: EventId | None = None
        self._news: SimpleQueue[tuple[EventId, Sequence[Change]] | None] = SimpleQueue()
        self._stopping = threading.Event()

    @property
    def listeners(self) -> int:
        """How many listen now."""
        return len(self._listening)

    def changed(self, lines: Sequence[Change]) -> None:
        """Lines to tell of (called by the tail)."""
        self._note(lines)

    def lost(self) -> None:
        """Everything may have changed (called by the tail)."""
        self._note(())

    def join(self, wants: Wants) -> Listening:
        """Listen from here on; call it in the event loop that will listen.

        Raises `Transient` when enough listen already, `StoreUnavailable` before the log was read.
        """
        with self._lock:
            here = self._here or self._tail.here
            if here is None:
                raise StoreUnavailable("the change log has not been read yet: try again in some seconds")
            if len(self._listening) >= self._most:
                raise Transient(f"{self._most} streams are open already: close one or try again later")
            listening = Listening(wants, here)
            self._listening = (*self._listening, listening)
            return listening

    def leave(self, listening: Listening) -> None:
        """Stop listening."""
        with self._lock:
            self._listening = tuple(each for each in self._listening if each is not listening)

    def missed(self, listening: Listening, after: EventId) -> Iterator[bytes]:
        """What was told between `after` and the joining, a line at a time; asks the database."""
        joined = listening.after
        if after.log == joined.log and joined.seq < after.seq <= self._changes.head():
            joined = listening.after = after  # it heard more elsewhere than is told here so far
        if not self._can_be_told(after, joined):
            yield reset(joined)
            return
        told = after.seq
        while told < joined.seq and (lines := self._changes.read(told, _LINES)):
            for line in lines:
                if line.seq <= joined.seq and listening.wants(line):
                    yield _told(line, self._read(line), joined.log)
            told = lines[-1].seq

    def _can_be_told(self, after: EventId, joined: EventId) -> bool:
        if after.log != joined.log:
            return False
        return self._changes.oldest() - 1 <= after.seq <= joined.seq <= after.seq + MOST_REPLAYED

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
        self._news.put(None)
        for each in self._listening:
            each.end()

    def _run(self) -> None:
        while not self._stopping.is_set():
            news = self._news.get()
            if news and news[1]:
                self._tell(*news)
            elif news:
                self._tell_loss(news[0])

    def _note(self, lines: Sequence[Change]) -> None:
        if here := self._tail.here:
            self._news.put((here, lines))

    def _tell_loss(self, here: EventId) -> None:
        with self._lock:
            self._here, listening = here, self._listening
        for each in listening:
            each.begin_again(here, reset(here))

    def _tell(self, here: EventId, lines: Sequence[Change]) -> None:
        for line in lines:
            with self._lock:
                self._here, everybody = EventId(here.log, line.seq), self._listening
            interested = [each for each in everybody if each.wants(line)]
            told = self._patiently(line, here.log) if interested else b""
            for each in interested:
                each.put(line.seq, told)

    def _patiently(self, line: Change, log_name: str) -> bytes:
        """The line's events; while the database is away it is asked again and nobody misses anything."""
        wait_s = 1.0
        while not self._stopping.is_set():
            try:
                return _told(line, self._read(line), log_name)
            except MarketError as error:
                log.warning("line %s cannot be told, next try in %.0f s: %s", line.seq, wait_s, error)
                self._stopping.wait(wait_s)
                wait_s = min(wait_s * 2, _LONGEST_WAIT_S)
        return b""


def reset(here: EventId) -> bytes:
    """What a listener has to hear that cannot be told everything it missed."""
    data = orjson.dumps({"position": here.seq, "hint": "read what you need again over REST, then go on here"})
    return format_sse_event(event="reset", data_str=data.decode(), id=str(here))


def _told(line: Change, events: Events, log_name: str) -> bytes:
    """On the wire. Only the last event has the line's number: who is cut off before hears the line again."""
    last = len(events) - 1
    return b"".join(
        format_sse_event(
            event=name, data_str=data.decode(), id=str(EventId(log_name, line.seq - (at < last)))
        )
        for at, (name, data) in enumerate(events)
    )
