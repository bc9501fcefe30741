"""Filling the ledger: which candles are due, what was held before them, who decides them."""

from __future__ import annotations

import logging
import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import Final

from market.decision import LEDGER, Action, Decision, Position, Role, Status
from market.interval import Series
from market.ports import Clock, DecisionFilter, DecisionStore, KlineStore, ModelRecord, TickStore
from model_service.candles import Candle, Window, read_window
from model_service.holding import Holding
from model_service.quotes import Quotes
from model_service.reasons import Reason
from model_service.registry import Shelf, in_charge
from model_service.score import Bench, decide_candles
from model_service.spec import LONGEST_COOL_DOWN

log = logging.getLogger(__name__)
_BATCH: Final = 1_000
_WIDER: Final = 8


@dataclass
class Scribe:
    """Decides what is due and appends it. `clock` gives the market clock of an exchange."""

    klines: KlineStore
    decisions: DecisionStore
    shelf: Shelf
    clock: Callable[[str], Clock]
    late_after_ms: float
    ticks: TickStore | None = None
    round: int = 0
    _read: tuple[tuple[object, ...], Window] | None = None
    _records: dict[tuple[Series, Role], list[ModelRecord]] = field(default_factory=dict)
    _quotes: dict[Series, Quotes] = field(default_factory=dict)

    def refresh(self) -> list[Series]:
        """Read the registered models again; returns the series that have one in use."""
        self._records.clear()
        self._quotes.clear()
        active = set()
        for record in self.decisions.models():
            if record.active:
                active.add((record.series, record.role))
            if self.shelf.holds(record):
                self._records.setdefault((record.series, record.role), []).append(record)
        for series, role in active - set(self._records):
            log.error("%s %s: its model cannot be used; `python -m model_service train`", series, role)
        return sorted({series for series, _ in self._records})

    def roles(self, series: Series) -> list[Role]:
        """The roles that speak for a series."""
        return sorted(role for known, role in self._records if known == series)

    def write_due(self, series: Series, since: int = 0) -> int:
        """Decide every confirmed candle from `since` on that is due; returns how many were appended."""
        self.round += 1
        return sum(self._write(series, role, since) for role in self.roles(series))

    def _write(self, series: Series, role: Role, since: int) -> int:
        records = self._records[series, role]
        first = min(record.train_end for record in records) + 1
        written = 0
        while due := self.decisions.undecided(series, role, max(first, since), _BATCH):
            before = self.decisions.last(series, role)
            newest = before.open_time if before else -1
            added = 0
            for overtaken, times in groupby(due, key=lambda time: time < newest):
                added += self._append(series, role, list(times), overtaken)
            written += added
            if not added or len(due) < _BATCH:
                break
        return written

    def _append(self, series: Series, role: Role, times: list[int], overtaken: bool) -> int:
        window = self._window(series, times)
        now = self.clock(series.exchange).now()
        made: list[Decision] = []
        holding: Holding | None = None
        for record, candles in self._shares(series, role, window.candles, single=overtaken):
            if holding is None or overtaken:
                holding = self.holding_before(series, role, candles[0].open_time)
            bench = Bench(series, role, record, self.shelf.load(record))
            made += decide_candles(
                bench, window, candles, holding, now=now, late_after_ms=self.late_after_ms,
                overtaken=overtaken,
            )  # fmt: skip
        written = self.decisions.append(made)
        for each in made:
            log.debug("%s %s %d: %s (%s)", series, role, each.open_time, each.action, each.reason)
        return written

    def _window(self, series: Series, times: list[int]) -> Window:
        # Every role decides the same candles one after the other: their features are made once.
        key = (series, tuple(times), self.round)
        if self._read is None or self._read[0] != key:
            self._read = (key, read_window(self.klines, series, times, self.quotes(series)))
        return self._read[1]

    def quotes(self, series: Series) -> Quotes:
        """The ticks that any model of a series reads."""
        if series not in self._quotes:
            records = [each for role in self.roles(series) for each in self._records[series, role]]
            self._quotes[series] = Quotes.of(self.ticks, (self.shelf.load(each).spec for each in records))
        return self._quotes[series]

    def _shares(
        self, series: Series, role: Role, candles: Sequence[Candle], *, single: bool
    ) -> Iterator[tuple[ModelRecord, list[Candle]]]:
        """Candles in order, by the model in charge of them (one at a time with `single`)."""
        records = self._records[series, role]
        for _, share in groupby(
            candles, key=lambda c: (_id(in_charge(records, c.open_time)), single and c.open_time)
        ):
            mine = list(share)
            record = in_charge(records, mine[0].open_time)
            if record is not None:
                yield record, mine

    def holding_before(self, series: Series, role: Role, open_time: int) -> Holding:
        """What a follower of the ledger holds when a candle opens; it outlives the model that began it."""
        last = self._newest(series, role, open_time)
        if last is None or last.position_after is Position.FLAT:
            return Holding(stopped_at=self._stopped_at(series, role, open_time))
        bought = self._newest(series, role, open_time, actions=(Action.BUY,), statuses=(Status.ISSUED,))
        if bought is None:
            return Holding(Position.LONG)
        log_sigma = bought.features.get("log_sigma")
        sigma = math.exp(log_sigma) if log_sigma is not None else 0.0
        entry = self._first_open(series, bought.open_time + 1, open_time + 1)
        return Holding(Position.LONG, bought.open_time, sigma, entry)

    def _first_open(self, series: Series, start: int, end: int) -> float | None:
        """Open price of the first confirmed candle that opens in `[start, end)`: mostly the very next."""
        bars = 1
        while start < end:
            until = min(end, start + bars * series.interval.typical_ms)
            opens = self.klines.read_floats(series, start, until)["open"]
            if len(opens):
                return float(opens[0].as_py())
            start, bars = until, bars * _WIDER
        return None

    def _stopped_at(self, series: Series, role: Role, open_time: int) -> int:
        # In the ledger, so that a restart does not forget it; as far back as the longest cool-down.
        since = open_time - LONGEST_COOL_DOWN * series.interval.typical_ms
        sold = self._newest(series, role, open_time, since, actions=(Action.SELL,), statuses=(Status.ISSUED,))
        return sold.open_time if sold and sold.reason == Reason.STOP_LOSS else -1

    def _newest(
        self,
        series: Series,
        role: Role,
        before: int,
        since: int | None = None,
        actions: tuple[Action, ...] = (),
        statuses: tuple[Status, ...] = (),
    ) -> Decision | None:
        wanted = DecisionFilter(
            exchange=series.exchange, symbol=series.symbol, interval=series.interval.name, role=role,
            start=since, end=before, actions=actions, statuses=statuses, origins=LEDGER, newest=True,
            limit=1,
        )  # fmt: skip
        found = self.decisions.read(wanted)
        return found[0].decision if found else None


def _id(record: ModelRecord | None) -> str:
    return record.model_id if record else ""
