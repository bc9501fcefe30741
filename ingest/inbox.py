"""Between the reader of a connection and those who act on what it read: bounded in every direction."""

from __future__ import annotations

import asyncio
from collections import defaultdict, deque
from typing import Final

from ingest.counters import StreamCounters
from ingest.live import BookFrame, KlineFrame, LastFrame

Key = tuple[str, str]  # symbol, interval
_CLOSED_FRAMES: Final = 4_096
_REMEMBERED: Final = 4  # closes per series; two connections are never further apart than that
_MOST_OLD_QUOTES: Final = 10


class Inbox:
    """Of quotes the newest per stream is kept; closed candles wait in line.

    When that line is full a closed candle is counted as spilled, and its series is read again by REST.
    """

    def __init__(self, counters: StreamCounters, capacity: int = _CLOSED_FRAMES) -> None:
        self._counters = counters
        self._capacity = capacity
        self._closed: deque[KlineFrame] = deque()
        self._spilled: dict[Key, int] = {}
        self._quotes: dict[tuple[str, type], BookFrame | LastFrame] = {}
        self._closed_came = asyncio.Event()
        self._quote_came = asyncio.Event()
        self._seen = Seen()

    def put(self, frame: KlineFrame | BookFrame | LastFrame) -> None:
        """Take in a quote or a closed candle; never waits."""
        if self._seen.before(frame):
            self._counters.duplicates += 1
        elif isinstance(frame, KlineFrame):
            self._line_up(frame)
        else:
            key = frame.symbol, type(frame)
            self._counters.superseded += key in self._quotes
            self._quotes[key] = frame
            self._quote_came.set()

    def _line_up(self, frame: KlineFrame) -> None:
        if len(self._closed) >= self._capacity:
            self._counters.spilled += 1
            self._spilled[frame.key] = self._spilled.get(frame.key, 0) + 1
        else:
            self._closed.append(frame)
        self._counters.queued = len(self._closed)
        self._closed_came.set()

    async def quotes(self) -> list[BookFrame | LastFrame]:
        """Newest quotes since the last call, at least one."""
        await self._quote_came.wait()
        self._quote_came.clear()
        taken = list(self._quotes.values())
        self._quotes.clear()
        return taken

    async def closed(self) -> tuple[list[KlineFrame], dict[Key, int]]:
        """Closed candles in the order in which they came, and how many were spilled per series."""
        await self._closed_came.wait()
        self._closed_came.clear()
        taken, spilled = list(self._closed), self._spilled
        self._closed.clear()
        self._spilled = {}
        self._counters.queued = 0
        return taken, spilled


class Seen:
    """Frames that came before, from a connection that overlaps or from an exchange that repeats itself."""

    def __init__(self) -> None:
        self._bars: defaultdict[Key, deque[tuple[int, int, int]]] = defaultdict(
            lambda: deque(maxlen=_REMEMBERED)
        )
        self._updates: dict[str, int] = {}
        self._old: dict[str, int] = {}

    def before(self, frame: KlineFrame | BookFrame | LastFrame) -> bool:
        """Whether this frame brings nothing new."""
        if isinstance(frame, KlineFrame):
            remembered = self._bars[frame.key]
            identity = frame.open_time, frame.trades, frame.sent_at
            if identity in remembered:
                return True
            remembered.append(identity)
            return False
        return isinstance(frame, BookFrame) and frame.update_id > 0 and self._old_quote(frame)

    def _old_quote(self, quote: BookFrame) -> bool:
        """A number that never falls; where it keeps falling, it is the remembered one that was wrong."""
        old = self._old.get(quote.symbol, 0)
        if quote.update_id <= self._updates.get(quote.symbol, 0) and old < _MOST_OLD_QUOTES:
            self._old[quote.symbol] = old + 1
            return True
        self._old[quote.symbol] = 0
        self._updates[quote.symbol] = quote.update_id
        return False
