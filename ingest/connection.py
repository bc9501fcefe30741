"""One connection of the live stream: a single task reads it, checks what comes and hands it on."""

from __future__ import annotations

import asyncio
import logging
import time
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field
from typing import Final

from ingest.counters import StreamCounters
from ingest.inbox import Inbox
from ingest.live import (
    BookFrame,
    Exchange,
    Frame,
    KlineFrame,
    LeavingFrame,
    RejectedFrame,
    TradeFrame,
)
from ingest.market_clock import SampledClock
from ingest.together import together
from ingest.trades import TradeIds
from ingest.watchdog import BOOK, Stream, Watchdog
from market.errors import ExchangeUnavailable
from market.interval import HOUR, Series

log = logging.getLogger(__name__)
_WATCH_EVERY_S: Final = 0.5
_STALL_S: Final = 2.0
# The exchange ends a connection after 24 h. It counts its own time, which here may run faster than ours.
_MOST_AGE_MS: Final = 23 * HOUR
# So many unusable messages in a row are no accident of one message.
_MOST_REJECTED_IN_A_ROW: Final = 50
_LOGGED_REJECTS: Final = 20


@dataclass(frozen=True, slots=True)
class Line:
    """What all connections of one exchange share."""

    exchange: Exchange
    followed: Sequence[Series]
    clock: SampledClock
    inbox: Inbox
    counters: StreamCounters
    trades: TradeIds
    doubt: Callable[[tuple[str, str] | None], None]  # a message of this series, or of any, was of no use
    in_vain: Counter[Stream] = field(default_factory=Counter)


class Connection:
    """`relief` is set (with `why`) when another should take over, `awake` once every candle stream spoke."""

    def __init__(self, line: Line) -> None:
        self.relief, self.awake, self.open = asyncio.Event(), asyncio.Event(), asyncio.Event()
        self.why = ""
        self.planned = False
        self._closing = False
        self._line = line
        self._opened = line.clock.now()
        self._began = time.monotonic()
        self._watchdog = Watchdog(line.followed, line.clock, time.monotonic, line.in_vain)
        streams = {(series.symbol, series.interval.name) for series in line.followed}
        self.asleep = streams - set(line.in_vain)  # candle streams that have yet to speak
        self._rejected_in_a_row = 0
        self.task = asyncio.create_task(together(self._read(), self._watch()))
        line.counters.connections += 1

    @property
    def seconds(self) -> float:
        """How long it has lived, on the wall."""
        return time.monotonic() - self._began

    async def close(self) -> None:
        """End it, whatever its state."""
        if not self._closing:  # a second time would cut the farewell short
            self._closing = True
            self.task.cancel()
        await asyncio.wait([self.task])
        if not self.task.cancelled():
            self.task.exception()  # told before, or of no interest any more

    async def _read(self) -> None:
        line = self._line
        try:
            async with aclosing(line.exchange.frames(line.followed)) as frames:
                async for frame in frames:
                    self._take(frame)
        finally:
            line.counters.connected -= self.open.is_set()

    def _take(self, frame: Frame) -> None:
        line = self._line
        line.counters.messages += 1
        if not self.open.is_set():
            self.open.set()
            line.counters.connected += 1
            self._wake(None)
        if isinstance(frame, RejectedFrame):
            self._reject(frame)
            return
        self._rejected_in_a_row = 0
        if isinstance(frame, KlineFrame):
            self._watchdog.heard(frame.key)
            if self.asleep:
                self._wake(frame.key)
            if frame.kline is not None:  # a running candle is a sign of life; no row is made from it
                line.inbox.put(frame)
        elif isinstance(frame, TradeFrame):
            self._watchdog.heard()
            line.trades.heard(frame)
        elif isinstance(frame, LeavingFrame):
            self._want_relief("the exchange announces that it ends this connection", planned=True)
        else:
            self._watchdog.heard((frame.symbol, BOOK) if isinstance(frame, BookFrame) else None)
            line.inbox.put(frame)

    def _wake(self, key: tuple[str, str] | None) -> None:
        if key is not None:
            self.asleep.discard(key)
        if not self.asleep:
            self.awake.set()

    def _reject(self, frame: RejectedFrame) -> None:
        counters, line = self._line.counters, self._line
        counters.rejected[frame.reason] += 1
        line.doubt(frame.series)
        self._rejected_in_a_row += 1
        if self._rejected_in_a_row > _MOST_REJECTED_IN_A_ROW:
            raise ExchangeUnavailable(
                f"live stream: {self._rejected_in_a_row} messages in a row cannot be used, the last one"
                f" {frame.reason}: {frame.detail}"
            )
        if counters.rejected.total() <= _LOGGED_REJECTS:
            log.warning("a message was not used, %s: %s", frame.reason, frame.detail)

    async def _watch(self) -> None:
        while True:
            before = time.monotonic()
            await asyncio.sleep(_WATCH_EVERY_S)
            if time.monotonic() - before > _STALL_S:
                continue  # we slept, not the exchange: first read what has come meanwhile
            self._watchdog.check()
            if self.relief.is_set():
                continue
            if silent := self._watchdog.silent():
                self._want_relief(silent, planned=False)
            elif max(self._line.clock.now() - self._opened, self.seconds * 1000) > _MOST_AGE_MS:
                self._want_relief("it is 23 hours old", planned=True)

    def _want_relief(self, why: str, *, planned: bool) -> None:
        self.why, self.planned = why, planned
        self.relief.set()
