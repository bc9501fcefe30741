"""Spoilt messages through the real reader and the real queue into a store."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from ingest.counters import StreamCounters
from ingest.exchanges.binance_frames import FrameReader
from ingest.inbox import Inbox
from ingest.live import BookFrame, KlineFrame, LastFrame, RejectedFrame, TradeFrame, TradeKind
from ingest.sampler import TickSampler
from ingest.trades import TradeIds
from market.interval import Series
from market.kline import Kline, klines_to_rows
from market.ports import SymbolInfo
from market.store.memory import MemoryKlineStore
from tests.ingest.mutations import FOLLOWED, contradiction, mutated

_BATCH = 500
_FOREVER = 2**53


@dataclass
class Outcome:
    """What became of the messages; `wrong` tells each that was accepted and should not have been."""

    accepted: int = 0
    rejected: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)
    rows: int = 0


async def run_messages(count: int, seed: int) -> Outcome:
    """Read `count` spoilt messages; an exception that escapes is a crash."""
    reader, outcome, counters = FrameReader(FOLLOWED, list(TradeKind)), Outcome(), StreamCounters()
    inbox, sampler, ids = Inbox(counters), TickSampler("binance"), TradeIds(counters)
    record = Record(inbox)
    for at, (mutation, text) in enumerate(mutated(count, seed)):
        frame = reader.read(text)
        if isinstance(frame, RejectedFrame):
            outcome.rejected[f"{mutation}: {frame.reason}"] += 1
            continue
        outcome.accepted += 1
        if said := contradiction(text, frame):
            outcome.wrong.append(f"{mutation}: {said} from {text[:300]!r}")
        if isinstance(frame, KlineFrame) and frame.kline:
            inbox.put(frame)
            await record.take_at(_BATCH, counters.queued)
        elif isinstance(frame, TradeFrame):
            ids.heard(frame)
        elif isinstance(frame, BookFrame | LastFrame):
            sampler.update(frame, at * 100)
    await record.take_at(1, counters.queued)
    outcome.wrong += record.differences()
    outcome.rows = len(record.expected)
    return outcome


class Record:
    """A store beside what it should hold."""

    def __init__(self, inbox: Inbox) -> None:
        self.expected: dict[tuple[Series, int], Kline] = {}
        self._inbox = inbox
        self._store = MemoryKlineStore()
        for series in FOLLOWED:
            self._store.register(SymbolInfo("binance", series.symbol, "", "USDT", "TRADING"), series.interval)

    async def take_at(self, least: int, waiting: int) -> None:
        """Write what waits once it is enough."""
        if waiting < least:
            return
        frames, _ = await self._inbox.closed()
        known = {series.symbol: series for series in FOLLOWED}
        bars = [(known[frame.symbol], frame.kline) for frame in frames if frame.kline]
        self.expected |= {(series, bar.open_time): bar for series, bar in bars}
        self._store.write_closed(bars, now=0)

    def differences(self) -> list[str]:
        """Rows that are not what was accepted last."""
        held = {
            (series, bar.open_time): bar
            for series in FOLLOWED
            for bar in klines_to_rows(self._store.read(series, 0, _FOREVER))
        }
        return [
            f"row {key}" for key in held.keys() | self.expected if held.get(key) != self.expected.get(key)
        ]
