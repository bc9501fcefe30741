"""Follows the closes of one series: every closed candle is confirmed by REST before it counts."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from functools import partial
from typing import Final

from ingest.keeper import Keeper
from ingest.live import KlineFrame
from ingest.market_clock import SampledClock
from ingest.pager import Pager
from ingest.patience import Patience
from ingest.plan import windows
from ingest.reading import FINAL_MARGIN, Reading, last_final_open, read
from market.errors import Transient
from market.interval import Series
from market.kline import KLINE_SCHEMA, Finality, Kline, Source, klines_from_columns, klines_to_rows
from market.ports import KlineSource, WriteResult

log = logging.getLogger(__name__)
# Every reading starts this many bars before the newest confirmed one: overlap, never butt-join.
_OVERLAP_BARS: Final = 2
# How long (market time) a bar may be missing after its close before it counts as a hole.
_LATE_MS: Final = 60_000
_LONGEST_NAP_S: Final = 1.0
_POLL_S: Final = 0.1


class Follower:
    """One series. `caught_up` is set while everything up to the newest close is confirmed."""

    def __init__(self, series: Series, source: KlineSource, keeper: Keeper, clock: SampledClock) -> None:
        self.series = series
        self.caught_up = asyncio.Event()
        self.confirmed = 0
        self.differences = 0
        # One attempt: after a failure the stream's bar is kept before anything is tried again.
        self._pager = Pager(source, Patience(1))
        self._patience = Patience(None)
        self._keeper = keeper
        self._clock = clock
        self._last: int | None = None
        self._read_to: int | None = None
        self._streamed: dict[int, Kline] = {}
        self._wake = asyncio.Event()

    def heard(self, frame: KlineFrame) -> None:
        """Remember what the stream calls closed, to be compared with what REST confirms."""
        if frame.kline is None:
            return
        self._streamed[frame.open_time] = frame.kline
        for old in sorted(self._streamed)[:-_OVERLAP_BARS]:
            del self._streamed[old]
        self._wake.set()

    def catch_up(self) -> None:
        """The stream was interrupted: read again from the last confirmed bar."""
        self.caught_up.clear()
        self._read_to = None
        self._wake.set()

    async def run(self) -> None:
        """Confirm bar after bar, for ever."""
        self._last = await self._keeper.run(partial(self._keeper.klines.last_confirmed, self.series))
        while True:
            if self._behind() is None:
                self.caught_up.set()
                await self._nap()
            else:
                await self._patience.call(f"{self.series} confirmation", self._attempt)

    def _behind(self) -> int | None:
        """Open time of the newest final bar if it has not been read yet."""
        target = last_final_open(self.series.interval, self._clock.now())
        return target if self._read_to is None or target > self._read_to else None

    async def _attempt(self) -> None:
        target = self._behind()
        if target is None:
            return
        try:
            await self._confirm(target)
        except Transient:
            await self._keep_provisional(target)
            raise

    async def _confirm(self, target: int) -> None:
        interval = self.series.interval
        start = self._start(target)
        for first, last in windows(interval, start, target):
            asked_at = self._clock.now()
            reading = await read(self._pager, self.series, first, last, asked_at)
            settled = self._settled(reading, asked_at)
            if settled is not None:
                self._note(await self._keeper.confirm(self.series, settled, asked_at), settled)
            if settled is None or settled.end < last:
                await self._keep_provisional(target)
                await asyncio.sleep(_POLL_S)
                return
        self._read_to = target

    def _start(self, target: int) -> int:
        interval = self.series.interval
        start = target if self._last is None else min(self._last, target)
        for _ in range(_OVERLAP_BARS):
            start = interval.floor(start - 1)
        return start

    def _settled(self, reading: Reading, asked_at: int) -> Reading | None:
        """What may be written: bars missing at the end that have only just closed are waited for."""
        last = reading.klines.column("open_time")[-1].as_py() if reading.klines.num_rows else None
        newest_close = self.series.interval.close_time(reading.end)
        if last == reading.end or newest_close < asked_at - _LATE_MS:
            return reading
        return None if last is None else reading.until(last)

    def _note(self, result: WriteResult, written: Reading) -> None:
        self.confirmed += result.inserted + result.changed
        if written.klines.num_rows:
            self._last = written.klines.column("open_time")[-1].as_py()
        for kline in klines_to_rows(written.klines.slice(max(0, written.klines.num_rows - _OVERLAP_BARS))):
            streamed = self._streamed.pop(kline.open_time, None)
            if streamed is not None and streamed != kline:
                self.differences += 1
                log.warning("%s: the stream said %s, REST confirms %s", self.series, streamed, kline)

    async def _keep_provisional(self, target: int) -> None:
        """REST does not have the bar yet: keep what the stream said, as closed but not confirmed."""
        kline = self._streamed.get(target)
        if kline is None:
            return
        table = klines_from_columns([[getattr(kline, name)] for name in KLINE_SCHEMA.names])
        write: Callable[[], WriteResult] = partial(
            self._keeper.klines.write,
            self.series,
            table,
            finality=Finality.CLOSED,
            source=Source.STREAM,
            now=self._clock.now(),
        )
        await self._keeper.run(write)

    async def _nap(self) -> None:
        """Until the next bar is final by the clock, or the stream says something; never long."""
        interval = self.series.interval
        running = interval.floor(self._clock.now() - FINAL_MARGIN)
        due = interval.next_open(running) + FINAL_MARGIN
        pause = self._clock.wall_seconds(max(1, due - self._clock.now()))
        self._wake.clear()
        try:
            async with asyncio.timeout(min(pause, _LONGEST_NAP_S)):
                await self._wake.wait()
        except TimeoutError:
            return
