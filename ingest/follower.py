"""Follows the closes of one series: every closed candle is confirmed by REST before it counts."""

from __future__ import annotations

import asyncio
import logging
from functools import partial
from typing import Final

import pyarrow as pa
import pyarrow.compute as pc

from ingest.counters import SeriesCounters
from ingest.keeper import Keeper
from ingest.market_clock import SampledClock
from ingest.pager import PAGE_ROWS, Pager
from ingest.patience import Patience
from ingest.plan import windows
from ingest.reading import FINAL_MARGIN, Reading, last_final_open, read
from market.interval import Series
from market.kline import KLINE_SCHEMA, Kline, klines_to_rows
from market.ports import KlineSource, WriteResult

log = logging.getLogger(__name__)
# Every reading starts this many bars before the newest confirmed one: overlap, never butt-join.
_OVERLAP_BARS: Final = 2
_OVERLAP_AFTER_DOUBT: Final = 10
# Closed candles of the stream that are remembered until REST confirms them.
_STREAMED_BARS: Final = 512
# How long (market time) a bar may be missing after its close before it counts as a hole.
_LATE_MS: Final = 60_000
_LONGEST_NAP_S: Final = 1.0
_POLL_S: Final = 0.1
_LONGEST_POLL_S: Final = 2.0


class Follower:
    """One series. `caught_up` is set while everything up to the newest close is confirmed."""

    def __init__(
        self,
        series: Series,
        source: KlineSource,
        keeper: Keeper,
        clock: SampledClock,
        counters: SeriesCounters,
    ) -> None:
        self.series = series
        self.caught_up = asyncio.Event()
        self.counters = counters
        # One attempt: what is still due is worked out anew before anything is tried again.
        self._pager = Pager(source, Patience(1))
        self._patience = Patience(None)
        self._source = source
        self._keeper = keeper
        self._clock = clock
        self._last: int | None = None
        self._read_to: int | None = None
        self._interrupted = False
        self._streamed: dict[int, Kline] = {}
        self._overlap = _OVERLAP_BARS
        self._wake = asyncio.Event()

    def heard(self, kline: Kline) -> bool:
        """Remember what the stream calls closed, for REST to confirm; whether the record may lack it."""
        if self._last is not None and kline.open_time <= self._last:
            return False
        self._streamed[kline.open_time] = kline
        if len(self._streamed) > _STREAMED_BARS:
            del self._streamed[min(self._streamed)]
        self.counters.provisional += 1
        if self._read_to is not None and kline.open_time <= self._read_to:
            self.catch_up()  # REST did not have it when it was asked
        return True

    def doubt(self) -> None:
        """A message was of no use: the next reading goes further back."""
        self._overlap = _OVERLAP_AFTER_DOUBT

    def catch_up(self) -> None:
        """The stream was interrupted: read again from the last confirmed bar."""
        self.counters.back_fills += 1
        self.caught_up.clear()
        self._read_to, self._interrupted = None, True
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
        self._interrupted = False
        await self._confirm(target)
        if self._interrupted:  # what was read may have been asked for before the interruption
            self._read_to = None

    async def _confirm(self, target: int) -> None:
        interval = self.series.interval
        start = self._start(target)
        for first, last in windows(interval, start, target):
            asked_at = await self._said_after(last)
            reading = self._known_left(await read(self._pager, self.series, first, last, asked_at))
            settled = self._settled(reading, asked_at)
            if settled is not None:
                self._note(await self._keeper.confirm(self.series, settled, asked_at), settled)
            if settled is None or settled.end < last:
                await asyncio.sleep(self._pause(last))
                return
        self._read_to, self._overlap = target, _OVERLAP_BARS

    def _pause(self, open_time: int) -> float:
        """Longer the longer a bar is overdue: where nobody traded, many exchanges have none."""
        overdue = self._clock.now() - self.series.interval.close_time(open_time) - FINAL_MARGIN
        return min(_LONGEST_POLL_S, max(_POLL_S, self._clock.wall_seconds(overdue) / 10))

    async def _said_after(self, open_time: int) -> int:
        """What the exchange's clock shows, after this bar has become final if that is so by now."""
        final = self.series.interval.close_time(open_time) + FINAL_MARGIN + 1
        return await self._clock.said_after(final, self._source.server_time)

    def _start(self, target: int) -> int:
        interval = self.series.interval
        start = target if self._last is None else min(self._last, target)
        if self._read_to is not None:  # in a long silence: what lies further back was read before
            start = max(start, interval.floor(self._read_to - PAGE_ROWS * interval.typical_ms))
        for _ in range(self._overlap):
            start = interval.floor(start - 1)
        return start

    def _known_left(self, reading: Reading) -> Reading:
        """An answer without any of the bars that it overlaps says nothing of them.

        An exchange that serves only its newest bars may have let them go while nobody asked; the daily
        re-check reads twice before it takes a bar back.
        """
        opens = reading.klines.column("open_time")
        if (
            self._last is None
            or reading.start > self._last
            or (len(opens) and opens[0].as_py() <= self._last)
        ):
            return reading
        return reading.after(self._last, self.series.interval)

    def _settled(self, reading: Reading, asked_at: int) -> Reading | None:
        """What may be written: bars missing at the end that have only just closed are waited for."""
        last = reading.klines.column("open_time")[-1].as_py() if reading.klines.num_rows else None
        newest_close = self.series.interval.close_time(reading.end)
        if last == reading.end or newest_close < asked_at - _LATE_MS:
            return reading
        return None if last is None else reading.until(last)

    def _note(self, result: WriteResult, written: Reading) -> None:
        self.counters.confirmed += result.inserted + result.changed
        opens = written.klines.column("open_time")
        if not len(opens):
            return
        self._last = opens[-1].as_py()
        due = [each for each in self._streamed if each <= self._last]
        for kline in klines_to_rows(written.klines.filter(pc.is_in(opens, pa.array(due, pa.int64())))):
            streamed = self._streamed[kline.open_time]
            if streamed != kline:
                self.counters.differences += 1
                log.warning("%s: %s", self.series, _difference(streamed, kline))
        for each in due:
            del self._streamed[each]

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


def _difference(streamed: Kline, kline: Kline) -> str:
    pairs = ((name, getattr(streamed, name), getattr(kline, name)) for name in KLINE_SCHEMA.names)
    found = (f"{name} {one}, not {other}" for name, one, other in pairs if one != other)
    return f"for the bar of {kline.open_time} REST confirms other values than the stream's: " + "; ".join(
        found
    )
