"""The tail of the change log: one thread per process looks once a second and tells whoever listens."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Final, Protocol

from market.errors import MarketError
from market.ports import Change, ChangeLog
from web.event_id import EventId

log = logging.getLogger(__name__)

EVERY_S: Final = 1.0
_LONGEST_WAIT_S: Final = 15.0
_LINES: Final = 1_000
# What was read longer ago than so many looks may have changed without our knowing.
_LOOKS_MISSED: Final = 3


class Listener(Protocol):
    """Called in the tail's thread, one call at a time: be quick, never raise."""

    def changed(self, lines: Sequence[Change]) -> None:
        """Lines in the order of their numbers, none left out since the call before."""
        ...

    def lost(self) -> None:
        """Another epoch, or lines were trimmed unseen: everything may have changed."""
        ...


class Tail:
    """Follows a `ChangeLog` from where it stands at the first look; it never goes back."""

    def __init__(self, changes: ChangeLog, *, every_s: float = EVERY_S) -> None:
        self._changes = changes
        self._every_s = every_s
        self._lock = threading.Lock()
        self._listeners: tuple[Listener, ...] = ()
        self._position: int | None = None
        self._epoch = ""
        self._current_at = -float("inf")
        self._stopping = threading.Event()

    @property
    def position(self) -> int | None:
        """Number of the last line that listeners were told of; None before the first look."""
        return self._position

    @property
    def here(self) -> EventId | None:
        """The same with the log that the number is of."""
        with self._lock:
            return None if self._position is None else EventId.of(self._epoch, self._position)

    @property
    def fresh(self) -> bool:
        """Whether all that stood in the log seconds ago was told; False while the database is away."""
        return time.monotonic() - self._current_at < self._every_s * _LOOKS_MISSED

    def listen(self, listener: Listener) -> int | None:
        """Tell this one, too: of every line after the position that is returned."""
        with self._lock:
            self._listeners = (*self._listeners, listener)
            return self._position

    def leave(self, listener: Listener) -> None:
        """Tell this one no more."""
        with self._lock:
            self._listeners = tuple(each for each in self._listeners if each is not listener)

    def look(self) -> None:
        """Read to the end of the log and tell; raises `MarketError` when the database is away."""
        began = time.monotonic()
        epoch, head = self._changes.epoch(), self._changes.head()
        if self._position is None or epoch != self._epoch or head < self._position:
            self._begin_again(epoch, head)
        while head > (self._position or 0):
            lines = self._changes.read(self._position or 0, _LINES)
            if not lines or lines[0].seq != (self._position or 0) + 1:
                self._begin_again(epoch, max(head, lines[-1].seq if lines else 0))
            else:
                self._tell(lines)
        self._current_at = began

    @contextmanager
    def running(self) -> Iterator[None]:
        """Look once a second in a thread until the block ends."""
        self._stopping.clear()
        thread = threading.Thread(target=self._run, name="tail", daemon=True)
        thread.start()
        try:
            yield
        finally:
            self._stopping.set()
            thread.join(_LONGEST_WAIT_S)

    def _run(self) -> None:
        wait_s, away = self._every_s, False
        while not self._stopping.is_set():
            try:
                self.look()
            except MarketError as error:
                wait_s = min(wait_s * 2, _LONGEST_WAIT_S)
                log.warning("the change log cannot be read, next try in %.0f s: %s", wait_s, error)
                away = True
            else:
                if away:
                    log.info("the change log is read again, at line %s", self._position)
                wait_s, away = self._every_s, False
            self._stopping.wait(wait_s)

    def _begin_again(self, epoch: str, head: int) -> None:
        with self._lock:
            first, listeners = self._position is None, self._listeners
            self._position, self._epoch = head, epoch
        if not first:
            log.warning("the change log is another one or was trimmed unseen: everything may have changed")
            for each in listeners:
                each.lost()

    def _tell(self, lines: Sequence[Change]) -> None:
        with self._lock:
            self._position, listeners = lines[-1].seq, self._listeners
        for each in listeners:
            each.changed(lines)
