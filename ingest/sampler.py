"""Ticks: the newest best bid and ask and last price in each second of market time in which something came."""

from __future__ import annotations

import logging
from collections import deque
from dataclasses import dataclass
from typing import Final

from ingest.live import BookFrame, LastFrame
from market.errors import InvalidMarketData
from market.tick import Tick

log = logging.getLogger(__name__)
_SECOND: Final = 1_000


@dataclass(slots=True)
class _State:
    book: BookFrame | None = None
    last: LastFrame | None = None
    second: int = 0


class TickSampler:
    """Holds the newest state per symbol and at most `capacity` samples that are not stored yet.

    A sample is stamped with the end of its second: it tells what was known then, never what came later.
    """

    def __init__(self, exchange: str, capacity: int = 100_000) -> None:
        self._exchange = exchange
        self._states: dict[str, _State] = {}
        self._waiting: deque[Tick] = deque(maxlen=capacity)
        self.dropped = 0

    def update(self, frame: BookFrame | LastFrame, now: int) -> None:
        """Take in a frame that arrived at market time `now`; a new second seals the one before it."""
        state = self._states.setdefault(frame.symbol, _State())
        self._seal(state, now)
        if isinstance(frame, BookFrame):
            state.book = frame
        else:
            state.last = frame
        state.second = now // _SECOND

    def take(self, now: int) -> list[Tick]:
        """Samples of the seconds that have ended, and forget them."""
        for state in self._states.values():
            self._seal(state, now)
        batch = list(self._waiting)
        self._waiting.clear()
        return batch

    def _seal(self, state: _State, now: int) -> None:
        if not state.second or now // _SECOND <= state.second or state.book is None or state.last is None:
            return
        time, state.second = (state.second + 1) * _SECOND, 0
        book = state.book
        try:
            tick = Tick(
                self._exchange,
                book.symbol,
                time,
                book.bid,
                book.bid_quantity,
                book.ask,
                book.ask_quantity,
                state.last.last,
            )
        except InvalidMarketData as error:
            log.warning("a tick sample was refused: %s", error)
            return
        if len(self._waiting) == self._waiting.maxlen:
            self._drop()
        self._waiting.append(tick)

    def _drop(self) -> None:
        self.dropped += 1
        if self.dropped % 1_000 == 1:
            log.warning("%d tick samples dropped: the database has been away too long", self.dropped)
