"""The heart of a process: a daemon thread that writes one row every 15 s and never disturbs the work."""

from __future__ import annotations

import logging
import os
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from threading import Event, Thread
from typing import Final

from market.errors import MarketError
from market.heartbeat.itself import free_bytes, resident_bytes
from market.interval import DAY
from market.ports.heartbeat import EVERY_S, Figures, Heartbeat, HeartbeatStore, Process, ServiceName
from market.ports.market_data import Clock
from market.version import VERSION

log = logging.getLogger(__name__)
_LONGEST_PAUSE_S: Final = 2 * EVERY_S  # nobody is taken for silent long after the database is back
_LAST_WORD_S: Final = 3.0  # a clean end waits no longer for its last beat
_PURGE_EVERY: Final = 240  # beats: an hour
_WRONG_FIGURES: Final = (ArithmeticError, AttributeError, LookupError, RuntimeError, TypeError, ValueError)
_COUNTS: Final = ("requests", "errors", "documents")


@dataclass
class Heart:
    """Beats for one service; `figures` is called in the heart's own thread, once per beat."""

    store: HeartbeatStore
    clock: Clock
    exchange: str
    service: ServiceName
    figures: Callable[[], Figures] = Figures
    folder: Path = Path()
    keep_ms: float = 7 * DAY
    every_s: float = EVERY_S
    _id: str = field(init=False)
    _born: float = field(init=False, default_factory=time.monotonic)
    _process: Process | None = field(init=False, default=None)
    _told: Figures = field(init=False, default=Figures())
    _ok: bool = field(init=False, default=True)
    _figures_ok: bool = field(init=False, default=True)
    _until_purge: int = field(init=False)
    _ending: Event = field(init=False, default_factory=Event)
    _thread: Thread = field(init=False)

    def __post_init__(self) -> None:
        self._id = f"{self.service}-{secrets.token_hex(4)}"
        self._until_purge = secrets.randbelow(_PURGE_EVERY)  # not everybody at once after a start
        self._thread = Thread(target=self._run, name="heart", daemon=True)

    def start(self) -> None:
        """Begin to beat, at once."""
        self._thread.start()

    def stop(self) -> None:
        """Say that this is a clean end; a database that is away is not waited for."""
        self._ending.set()
        self._thread.join(_LAST_WORD_S)

    def _run(self) -> None:
        pause = self.every_s
        while not self._ending.is_set():
            pause = self.every_s if self._beaten() else min(2 * pause, max(_LONGEST_PAUSE_S, self.every_s))
            self._ending.wait(pause)
        self._beaten()

    def _beaten(self) -> bool:
        """Whether the store took the beat; what failed is told once, in one line."""
        try:
            self.beat()
        except MarketError as error:
            if self._ok:
                log.warning("no heartbeat, the work goes on: %s", error)
            self._ok = False
            return False
        if not self._ok:
            log.info("the heart beats again")
        self._ok = True
        return True

    def beat(self) -> Heartbeat:
        """Write one row; raises what the store raises."""
        known, now = self._known(), self.clock.now()
        process = self._process or self._introduced(now)
        beat = Heartbeat(
            process,
            now,
            int(time.monotonic() - self._born),
            resident_bytes(),
            free_bytes(self.folder),
            self._ending.is_set(),
            since(known, self._told),
        )
        self.store.write(beat)
        self._process, self._told = process, known
        self._until_purge -= 1
        if self._until_purge < 0:
            self.store.purge(now - round(self.keep_ms))
            self._until_purge = _PURGE_EVERY
        return beat

    def _known(self) -> Figures:
        """The figures; those of before where they cannot be told, which is an error but no silence."""
        try:
            known = self.figures()
        except _WRONG_FIGURES:
            if self._figures_ok:
                log.exception("the figures of the heartbeat cannot be told, it beats without new ones")
            self._figures_ok = False
            return self._told
        self._figures_ok = True
        return known

    def _introduced(self, now: int) -> Process:
        return Process(self._id, self.exchange, self.service, VERSION, os.getpid(), now)


def since(now: Figures, before: Figures) -> Figures:
    """Counts since `before`; whatever says how it is now stays."""
    counts = {
        name: value - (getattr(before, name) or 0)
        for name in _COUNTS
        if (value := getattr(now, name)) is not None
    }
    return replace(now, **counts)
