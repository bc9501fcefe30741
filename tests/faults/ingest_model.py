"""The state machine: an exchange and a record that are dictionaries, beside the real ingest and store."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import replace
from itertools import count
from typing import Any, ClassVar, TypeVar

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from ingest.counters import SeriesCounters, StreamCounters
from ingest.follower import Follower
from ingest.inbox import Inbox
from ingest.keeper import Keeper
from ingest.live import KlineFrame
from ingest.market_clock import SampledClock
from ingest.patience import Patience
from ingest.plan import Wanted
from ingest.populate import Populate
from ingest.progress import Lines
from ingest.provisional import Provisional
from ingest.times import to_iso
from ingest.verify import verify_series
from market.errors import RefusedByExchange
from market.interval import MINUTE, Interval, Series
from market.ports import KlineStore
from market.store import Database, MySQLKlineStore, StoreSettings
from market.store.memory import MemoryKlineStore
from tests.faults.dictionary import (
    BEGIN,
    CLOCK_ERROR_MS,
    INFO,
    LATE_MS,
    OVERLAP,
    OVERLAP_AFTER_DOUBT,
    DictionaryExchange,
    DictionaryRecord,
    bar,
    held,
    last_final,
)

INTERVALS = [Interval(name) for name in ("1m", "3m", "15m")]
Result = TypeVar("Result")


class PromptKeeper(Keeper):
    """Calls the store without a thread, so that a step is over when it is over."""

    async def run(self, call: Callable[[], Result]) -> Result:
        return call()


class IngestModel(RuleBasedStateMachine):
    """One market, three series; `record` is the dictionary of each."""

    database: ClassVar[StoreSettings | None] = None
    numbers: ClassVar[count[int]] = count()

    def __init__(self) -> None:
        super().__init__()
        self.loop = asyncio.Runner()
        self.info = replace(INFO, symbol=f"M{next(self.numbers)}USDT")
        self.exchange = DictionaryExchange(BEGIN, self.info)
        self.clock = SampledClock(lambda: self.exchange.now / 1000)
        self.clock.observe(self.exchange.now)
        self.interval = INTERVALS[0]
        self.records = {interval: DictionaryRecord() for interval in INTERVALS}
        self.follower: Follower | None = None
        self.read_to: int | None = None
        self.confirmed_to: int | None = None  # as far as the follower knows
        self.overlap = OVERLAP
        self._open(MemoryKlineStore())

    def _open(self, store: KlineStore) -> None:
        self.store = store if self.database is None else MySQLKlineStore(Database(self.database, "ingest"))
        self.keeper = PromptKeeper(self.store, Patience(1))

    @initialize(age=st.integers(0, 400))
    def the_market_opens(self, age: int) -> None:
        self.exchange.now = BEGIN + age * MINUTE
        for interval in INTERVALS:
            self.store.register(self.info, interval)

    @property
    def record(self) -> DictionaryRecord:
        return self.records[self.interval]

    @property
    def series(self) -> Series:
        return Series(self.info.exchange, self.info.symbol, self.interval)

    @rule(seconds=st.integers(1, 1_800))
    def time_passes(self, seconds: int) -> None:
        self.exchange.now += seconds * 1_000

    @rule(offset=st.integers(-200, 20), minutes=st.integers(1, 40))
    def bars_go_missing(self, offset: int, minutes: int) -> None:
        """An outage where nothing was stored yet, a withdrawal where something was."""
        start = self.exchange.now + offset * MINUTE
        for interval in INTERVALS:
            opens = interval.opens(start, start + minutes * MINUTE)
            self.exchange.hidden |= {(interval, at) for at in opens}

    @rule(minutes=st.integers(1, 400))
    def the_oldest_bars_are_no_longer_served(self, minutes: int) -> None:
        for interval in INTERVALS:
            opens = interval.opens(self.exchange.listed, self.exchange.listed + minutes * MINUTE)
            self.exchange.hidden |= {(interval, at) for at in opens}

    @rule(offset=st.integers(-200, 0), minutes=st.integers(1, 200))
    def a_gap_heals(self, offset: int, minutes: int) -> None:
        start = self.exchange.now + offset * MINUTE
        end = start + minutes * MINUTE
        self.exchange.hidden -= {each for each in self.exchange.hidden if start <= each[1] < end}

    @rule(bars=st.integers(0, 60))
    def a_closed_bar_is_corrected(self, bars: int) -> None:
        at = self.interval.floor(self.exchange.now - (bars + 1) * self.interval.typical_ms)
        key = (self.interval, at)
        self.exchange.versions[key] = self.exchange.versions.get(key, 0) + 1

    @rule(bars=st.sets(st.integers(0, 30), max_size=8))
    def the_next_answer_is_incomplete(self, bars: set[int]) -> None:
        newest = self.interval.floor(self.exchange.now)
        self.exchange.left_out = {newest - each * self.interval.typical_ms for each in bars}

    @rule(name=st.sampled_from(INTERVALS))
    def the_interval_changes(self, name: Interval) -> None:
        self.interval = name
        self.the_program_restarts()

    @rule()
    def the_program_restarts(self) -> None:
        self.follower, self.read_to, self.confirmed_to, self.overlap = None, None, None, OVERLAP
        self._open(self.store)

    @rule()
    def the_connection_is_lost(self) -> None:
        self.read_to = None
        if self.follower is not None:
            self.follower.catch_up()

    @rule(start=st.integers(-420, -1), length=st.integers(1, 420), refresh=st.booleans())
    def history_is_filled(self, start: int, length: int, refresh: bool) -> None:
        self._populate(start, length, refresh)
        self._expect_populated(self.record, start, length, refresh)

    @rule(
        start=st.integers(-420, -1),
        length=st.integers(1, 420),
        refresh=st.booleans(),
        requests=st.integers(0, 4),
    )
    def history_is_filled_by_a_program_that_dies(
        self, start: int, length: int, refresh: bool, requests: int
    ) -> None:
        """Nothing or everything of a window: then the same again is as if it had not died."""
        after = self.record.copy()
        self._expect_populated(after, start, length, refresh)
        self.exchange.dies_after = requests
        try:
            self._populate(start, length, refresh)
        except RefusedByExchange:
            kept = held(self.store, self.series)
            assert _between(self.record, kept, after)
            self.records[self.interval] = kept
        else:
            self.records[self.interval] = after
        self.exchange.dies_after = None

    @rule()
    def the_closes_are_confirmed(self) -> None:
        """Everything up to the newest final bar; one that has only just closed may still be waited for."""
        self.confirmed_to = self.record.newest()
        self.loop.run(self._one_round(self._following().run()))
        self._expect_followed(last_final(self.interval, self.exchange.now))

    @rule(bars=st.integers(-1, 5), differs=st.booleans())
    def the_stream_says_closed(self, bars: int, differs: bool) -> None:
        """Such a bar is kept until REST confirms it, if nothing surer is known; from the future it is not."""
        newest = self.interval.floor(self.exchange.now - self.interval.typical_ms)
        at = newest - bars * self.interval.typical_ms
        price = self.exchange.price(self.interval, at) + (3 if differs else 0)
        self.loop.run(self._provisional(at, price))
        ahead = self.interval.close_time(at) - self.exchange.now
        if ahead > CLOCK_ERROR_MS:
            self.overlap = OVERLAP_AFTER_DOUBT
        elif self.confirmed_to is None or at > self.confirmed_to:
            self.record.stream_said(at, price)
            self.read_to = None if self.read_to is not None and at <= self.read_to else self.read_to

    @invariant()
    def the_store_holds_what_the_dictionary_holds(self) -> None:
        """And what it holds fulfils every rule that `ingest verify` knows."""
        assert held(self.store, self.series) == self.record
        # A stream's bar may be as far ahead as our idea of the exchange's clock may be behind.
        findings = verify_series(self.store, self.series, self.exchange.now + CLOCK_ERROR_MS)
        assert [each for each in findings if not each.note] == []

    def teardown(self) -> None:
        self.loop.close()

    def _populate(self, start: int, length: int, refresh: bool) -> None:
        begin = self.exchange.now + start * MINUTE
        times = [to_iso(at) for at in (begin, begin + length * MINUTE)]
        wanted = Wanted(self.info.symbol, self.interval, *times)
        populate = Populate(self.exchange, self.keeper, Patience(1), Lines(), refresh=refresh)
        self.loop.run(populate.run([wanted]))

    def _expect_populated(self, record: DictionaryRecord, start: int, length: int, refresh: bool) -> None:
        begin = self.exchange.now + start * MINUTE
        end = min(begin + length * MINUTE - 1, last_final(self.interval, self.exchange.now))
        first = self.exchange.first_bar(self.interval)
        if first is None:
            return
        # What the exchange no longer serves at the beginning stays as it was.
        opens = [
            at
            for at in self.interval.opens(begin, end + 1)
            if at not in record.covered or (refresh and at >= first)
        ]
        record.confirm(opens, self.exchange.bars(self.interval, begin, end))

    def _following(self) -> Follower:
        if self.follower is None:
            counters = SeriesCounters()
            self.follower = Follower(self.series, self.exchange, self.keeper, self.clock, counters)
        return self.follower

    async def _one_round(self, work: Coroutine[Any, Any, None]) -> None:
        """Until it waits for what comes next: none of a step's own work waits for real."""
        task = asyncio.create_task(work)
        for _ in range(20):
            await asyncio.sleep(0)
        task.cancel()
        await asyncio.wait([task])
        assert task.cancelled(), task.exception()

    async def _provisional(self, at: int, price: int) -> None:
        counters, kline = StreamCounters(), bar(self.interval, at, price)
        inbox = Inbox(counters)
        inbox.put(KlineFrame(self.info.symbol, self.interval, at, self.exchange.now, kline))
        followers = {(self.info.symbol, self.interval.name): self._following()}
        await self._one_round(Provisional(inbox, self.keeper, self.clock, counters, followers).run())

    def _expect_followed(self, target: int) -> None:
        if self.read_to is not None and target <= self.read_to:
            return
        newest = self.record.newest()
        start = target if newest is None else min(newest, target)
        for _ in range(self.overlap):
            start = self.interval.floor(start - 1)
        answer = self.exchange.bars(self.interval, start, target)
        if newest is not None and start <= newest and not any(at <= newest for at in answer):
            start = newest + 1  # an answer without any bar of the overlap says nothing of them
        late = self.interval.close_time(target) < self.exchange.now - LATE_MS
        if target in answer or late:
            self.record.confirm(self.interval.opens(start, target + 1), answer)
            self.read_to, self.overlap = target, OVERLAP
        elif answer:
            self.record.confirm(self.interval.opens(start, max(answer) + 1), answer)
        self.confirmed_to = max(answer, default=self.confirmed_to)


def _between(before: DictionaryRecord, kept: DictionaryRecord, after: DictionaryRecord) -> bool:
    """Every bar is as it was before or as it would have been after, with its coverage and its hole."""
    return all(_state(kept, at) in (_state(before, at), _state(after, at)) for at in after.covered)


def _state(record: DictionaryRecord, at: int) -> tuple[object, ...]:
    revised = [each for each in record.revisions if each[0] == at]
    return record.readable.get(at), at in record.covered, at in record.holes, revised
