"""The recorded market: candles from a folder, unchanged, and coarser ones added up from them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from copy import copy
from typing import Final

import numpy as np

from market.errors import InvalidInput
from market.interval import INTERVAL_NAMES, MINUTE, Interval
from simulator.bars import (
    CLOSE,
    CLOSE_TIME,
    OPEN,
    OPEN_TIME,
    SCALE,
    VOLUME,
    Bars,
    aggregate,
    join,
)
from simulator.markets.derived import COLUMNS
from simulator.markets.folder import Recording
from simulator.markets.running import so_far
from simulator.markets.symbols import assets
from simulator.paging import Window, pick
from simulator.ports import Listing

_AFTER_THE_END: Final = MINUTE


class RecordedMarket:
    """Begins a minute after its last candle, so that all of them are final."""

    def __init__(self, recordings: Sequence[Recording]) -> None:
        if not recordings or not all(len(each.rows) for each in recordings):
            raise InvalidInput("the recording holds no candles: point OPA_SOURCE=folder:PATH at others")
        self._symbols: dict[str, _RecordedSymbol] = {}
        for name in {each.symbol: None for each in recordings}:
            series = [each for each in recordings if each.symbol == name]
            self._symbols[name] = _RecordedSymbol(name, series)

    def listings(self, now: int) -> dict[str, Listing]:
        """All recorded symbols."""
        return {name: each.listing for name, each in self._symbols.items()}

    def bars(self, symbol: str, interval: Interval, wanted: Window, now: int) -> Bars:
        """Recorded rows as they are; none where the recording has none."""
        return self._symbols[symbol].bars(interval, wanted, now)

    def start(self) -> int:
        """A minute after the last close of the (unrevised) recordings."""
        return max(each.last_close for each in self._symbols.values()) + 1 + _AFTER_THE_END

    def as_it_is(self) -> RecordedMarket:
        """Shares the candles, not what is served of them."""
        other = copy(self)
        other._symbols = {name: copy(each) for name, each in self._symbols.items()}
        return other

    def revise(self, symbol: str) -> bool:
        """Serve the revised file of every series of the symbol that has one."""
        return symbol in self._symbols and self._symbols[symbol].revise()


class _RecordedSymbol:
    """The series of one symbol, finest first."""

    def __init__(self, name: str, recordings: Sequence[Recording]) -> None:
        self._recordings = sorted(recordings, key=lambda each: each.interval.typical_ms)
        self._revised = False
        self._added_up: dict[tuple[Interval, bool], Bars] = {}
        rows = join([each.rows for each in recordings])
        finest = self._recordings[0].interval.typical_ms
        names = (Interval(each) for each in INTERVAL_NAMES)
        base, quote = assets(name)
        self.last_close = int(rows[:, CLOSE_TIME].max())
        self.listing = Listing(
            name,
            base,
            quote,
            tick=_step(rows[:, OPEN : CLOSE + 1]),
            lot=_step(rows[:, VOLUME]),
            intervals=tuple(each for each in names if each.typical_ms >= finest),
            derived=COLUMNS if any(each.derived for each in recordings) else (),
        )

    def revise(self) -> bool:
        self._revised = any(each.revised is not None for each in self._recordings)
        return self._revised

    def bars(self, interval: Interval, wanted: Window, now: int) -> Bars:
        rows = self._rows(interval, now)
        happened = rows[: int(np.searchsorted(rows[:, OPEN_TIME], now, "right"))]
        picked = pick(happened, wanted)
        if not len(picked) or picked[-1, CLOSE_TIME] < now:
            return picked
        return join([picked[:-1], self._running(interval, picked[-1:], now)])

    def _running(self, interval: Interval, row: Bars, now: int) -> Bars:
        """The row as far as it has happened; a coarse one is made of its finer ones."""
        finest = self._recordings[0]
        if any(each.interval == interval for each in self._recordings):
            return so_far(row, now, self.listing.tick, self.listing.lot)
        inside = Window(int(row[0, OPEN_TIME]), now, limit=len(finest.rows) + 1, newest=False)
        return aggregate(self.bars(finest.interval, inside, now), interval)

    def _rows(self, interval: Interval, now: int) -> Bars:
        for each in self._recordings:
            if each.interval == interval:
                return self._version(each, now)
        finest = self._recordings[0]
        rows = self._version(finest, now)
        key = (interval, rows is finest.revised)
        if key not in self._added_up:
            self._added_up[key] = aggregate(rows, interval)
        return self._added_up[key]

    def _version(self, recording: Recording, now: int) -> Bars:
        due = recording.revised_at is not None and now >= recording.revised_at
        return (
            recording.revised if recording.revised is not None and (self._revised or due) else recording.rows
        )


def _step(amounts: Bars) -> int:
    """The largest power of ten that divides all amounts: a guess at the symbol's tick or lot."""
    divisor = math.gcd(SCALE, int(np.gcd.reduce(amounts, axis=None)))
    return int(10 ** max(power for power in range(len(str(SCALE))) if divisor % 10**power == 0))
