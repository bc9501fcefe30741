"""The generated market: a pure function of seed, symbol and time, so every run serves the same history."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import lru_cache
from typing import Final

import numpy as np

from market.interval import DAY, HOUR, INTERVAL_NAMES, MINUTE, SECOND, Interval
from simulator.bars import CLOSE, CLOSE_TIME, OPEN, OPEN_TIME, WIDTH, Bars, aggregate, between, empty, join
from simulator.markets.hours import HourlyWalk
from simulator.markets.minutes import minutes_of_day
from simulator.markets.quiet import ended, with_idle_minutes
from simulator.markets.randomness import generator
from simulator.markets.seconds import seconds_of
from simulator.markets.symbols import Ending, GeneratedSymbol
from simulator.paging import END_OF_TIME, Window, grid
from simulator.ports import Listing

INTERVALS: Final = tuple(Interval(name) for name in INTERVAL_NAMES)
_HOUR: Final = Interval("1h")


class GeneratedMarket:
    """All symbols and intervals; coarse bars are exact sums of minutes, minutes of seconds."""

    def __init__(self, symbols: Sequence[GeneratedSymbol], seed: int) -> None:
        self._histories = {each.name: _History(each, seed) for each in symbols}
        self._listings = {
            each.name: Listing(each.name, each.base, each.quote, each.tick, each.lot, INTERVALS)
            for each in symbols
        }
        self._ended = {
            each.name: replace(self._listings[each.name], status=each.ending.status)
            for each in symbols
            if each.ending
        }

    def listings(self, now: int) -> dict[str, Listing]:
        """Symbols whose listing is not in the future, with the status they have by now."""
        return {
            name: self._ended[name] if self._histories[name].stopped(now) else listing
            for name, listing in self._listings.items()
            if self._histories[name].listed(now)
        }

    def bars(self, symbol: str, interval: Interval, wanted: Window, now: int) -> Bars:
        """Bars of an unbroken grid from the listing to the running bar, or to the end of trading."""
        history = self._histories[symbol]
        span = grid(interval, wanted, history.listed_at, min(now, history.ends_at - 1))
        if span is None or now < history.listed_at:
            return empty()
        end = min(interval.next_open(span[1]), history.ends_at)
        return aggregate(history.parts(interval, span[0], end, now), interval)

    def start(self) -> None:
        """History ends at the present."""

    def as_it_is(self) -> GeneratedMarket:
        """Itself."""
        return self

    def revise(self, symbol: str) -> bool:
        """Generated history is never revised."""
        return False


class _History:
    """Chunks of one symbol: minutes and hours by the day, seconds by the hour."""

    def __init__(self, symbol: GeneratedSymbol, seed: int) -> None:
        self._symbol = symbol
        self._seed = seed
        self._walk = HourlyWalk(symbol, seed)
        self.listed_at = symbol.listed_at
        self.ends_at = _end(symbol.ending)
        self._minutes = lru_cache(maxsize=64)(self._make_minutes)
        self._hours = lru_cache(maxsize=None)(self._make_hours)
        self._seconds = lru_cache(maxsize=8)(self._make_seconds)

    def listed(self, now: int) -> bool:
        """Whether the exchange names the symbol, with or without bars."""
        return self.listed_at <= now or self._symbol.announced

    def stopped(self, now: int) -> bool:
        """Whether trading is over."""
        return self._symbol.ending is not None and self._symbol.ending.at <= now

    def parts(self, interval: Interval, start: int, end: int, now: int) -> Bars:
        """Closed bars no coarser than `interval` in `[start, end)`, and the running second."""
        parts, at = [], max(start, self.listed_at)
        for unit, chunk, make in (
            (HOUR, DAY, self._hours),
            (MINUTE, DAY, self._minutes),
            (SECOND, HOUR, self._seconds),
        ):
            until = min(end, now // unit * unit)
            if unit <= interval.typical_ms and at < until:
                parts.append(_read(make, chunk, at, until))
                at = until
        if at < end:
            parts.append(self._running_second(at))
        return join(parts)

    def _running_second(self, at: int) -> Bars:
        """A bar without trades at the last price: a second shows its trades when it is over."""
        if at == self.listed_at:
            price = self._minutes(at // DAY)[0, OPEN]
        else:
            price = _read(self._seconds, HOUR, at - SECOND, at)[-1, CLOSE]
        bar = np.zeros((1, WIDTH), np.int64)
        bar[0, OPEN_TIME], bar[0, CLOSE_TIME] = at, at + SECOND - 1
        bar[0, OPEN : CLOSE + 1] = price
        return bar

    def _make_minutes(self, day: int) -> Bars:
        hour, levels, sigmas = self._walk.day(day)
        random = generator(self._seed, self._symbol.name, "minutes", day)
        bars = minutes_of_day(self._symbol, hour, levels, sigmas, random)
        if self._symbol.idle:
            sleep = generator(self._seed, self._symbol.name, "idle", day)
            bars = with_idle_minutes(bars, self._symbol.idle, sleep)
        ending = self._symbol.ending
        if ending is None or (day + 1) * DAY <= ending.at:
            return bars
        eve = (ending.at - MINUTE) // DAY
        last = between(bars if eve == day else self._minutes(eve), ending.at - MINUTE, ending.at)
        return ended(bars, ending.at, self.ends_at, int(last[-1, CLOSE]))

    def _make_hours(self, day: int) -> Bars:
        return aggregate(self._minutes(day), _HOUR)

    def _make_seconds(self, hour: int) -> Bars:
        minutes = between(self._minutes(hour * HOUR // DAY), hour * HOUR, (hour + 1) * HOUR)
        random = generator(self._seed, self._symbol.name, "seconds", hour)
        return seconds_of(minutes, self._symbol.tick, self._symbol.lot, random)


def _end(ending: Ending | None) -> int:
    """From when on there are no bars, not even flat ones."""
    if ending is None or ending.flat_ms is None:
        return END_OF_TIME
    return ending.at + ending.flat_ms


def _read(make: Callable[[int], Bars], chunk: int, start: int, end: int) -> Bars:
    """Rows in `[start, end)` from chunks of that length."""
    chunks = [make(index) for index in range(start // chunk, (end - 1) // chunk + 1)]
    return between(join(chunks), start, end)
