"""The trades inside candles: a function of market and time, so that their ids agree wherever they are shown.

A candle of n trades has n consecutive ids, the exchange's own rule (`n = L - f + 1` in its kline frames), so
an id is the number of trades before it. Counting begins at `_ORIGIN`, near the market's present, because
adding up six years of candles takes more than a second; older trades count backwards from `_FIRST_ID`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from market.interval import DAY, Interval
from simulator.bars import CLOSE_TIME, OPEN_TIME, TRADES, Bars
from simulator.fills import MAKER, PRICE, QUANTITY, TIME, Fills, even_fills, fills_of_seconds
from simulator.paging import END_OF_TIME, Window
from simulator.ports import Listing, Market

_ORIGIN: Final = 1_793_491_200_000  # 2026-11-01
_FIRST_ID: Final = 5_000_000_000
_AGGREGATES_LAG: Final = 1_000_000_000  # so that nobody takes one kind of id for the other
_KEPT_CANDLES: Final = 16
_SECOND: Final = Interval("1s")


@dataclass(frozen=True, slots=True)
class Trade:
    """Price and quantity in units of 1e-8; `maker` says that the buyer was the maker."""

    id: int
    time: int
    price: int
    quantity: int
    maker: bool

    @property
    def aggregate(self) -> int:
        """Its id as an aggregate trade: each holds one trade here, so they are consecutive too."""
        return self.id - _AGGREGATES_LAG


class Tape:
    """Trades of a market's symbols up to `now` (ms UTC); a trade at `now` itself has not happened yet."""

    def __init__(self, market: Market) -> None:
        self._market = market
        self.forget()

    def forget(self) -> None:
        """Count anew: the market's history was revised."""
        self._totals: dict[tuple[str, int], int] = {}
        self._fills: dict[tuple[str, int], Fills] = {}

    def newest(self, listing: Listing, limit: int, now: int) -> list[Trade]:
        """The last `limit` trades, oldest first."""
        return self.from_id(listing, self.next_id(listing, now) - limit, limit, now)

    def between(self, listing: Listing, first: int, last: int, limit: int, now: int) -> list[Trade]:
        """The oldest `limit` trades with `first <= time <= last`."""
        start = self.next_id(listing, min(first, now))
        return self.from_id(listing, start, limit, min(last + 1, now))

    def from_id(self, listing: Listing, first: int, limit: int, now: int) -> list[Trade]:
        """Up to `limit` trades from an id on, or from the symbol's oldest trade if that is younger."""
        coarse, found = _coarse(listing), list[Trade]()
        at = self._opened_before(listing, first, now)
        while at < now and len(found) < limit:
            candles = self._read(listing, listing.unit, at, coarse.next_open(at), now)
            ends = self._total(listing, at, now) + np.cumsum(candles[:, TRADES].astype(np.int64))
            begin = min(int(np.searchsorted(ends, first, "right")), max(len(candles) - 1, 0))
            for candle, end in zip(candles[begin:], ends[begin:], strict=True):
                if len(found) < limit:
                    number = int(end) - int(candle[TRADES])
                    found += self._trades(listing, candle, number, first, now)
            at = coarse.next_open(at)
        return found[:limit]

    def next_id(self, listing: Listing, at: int) -> int:
        """The id of the first trade at or after a time: `f` of a candle that opens then."""
        begin = _coarse(listing).floor(at)
        number = self._total(listing, begin, at)
        candles = self._read(listing, listing.unit, begin, at, at)
        if not len(candles) or candles[-1, CLOSE_TIME] < at:
            return number + int(candles[:, TRADES].sum())
        running = self._inside(listing, candles[-1])[:, TIME]
        return number + int(candles[:-1, TRADES].sum()) + int(np.searchsorted(running, at))

    def _trades(self, listing: Listing, candle: Bars, number: int, first: int, now: int) -> list[Trade]:
        """The candle's trades before `now` with ids from `first` on; its first one has the id `number`."""
        fills = self._inside(listing, candle)
        until = int(np.searchsorted(fills[:, TIME], now))
        since = max(first - number, 0)
        rows = fills[since:until].tolist()
        return [
            Trade(at, row[TIME], row[PRICE], row[QUANTITY], bool(row[MAKER]))
            for at, row in enumerate(rows, number + since)
        ]

    def _inside(self, listing: Listing, candle: Bars) -> Fills:
        """All trades of a candle, those of its future included."""
        begin = int(candle[OPEN_TIME])
        key = (listing.symbol, begin)
        if key not in self._fills:
            if len(self._fills) >= _KEPT_CANDLES:
                del self._fills[next(iter(self._fills))]
            end = max(int(candle[CLOSE_TIME]), begin) + 1
            whole = self._read(listing, listing.unit, begin, begin + 1, end)[0]
            seconds = _SECOND in listing.intervals
            parts = self._read(listing, _SECOND, begin, end, end) if seconds else None
            made = even_fills(whole, listing) if parts is None else fills_of_seconds(whole, parts, listing)
            self._fills[key] = made
        return self._fills[key]

    def _opened_before(self, listing: Listing, trade: int, now: int) -> int:
        """Open time of the coarse candle that holds a trade id; of the oldest one for an id before it."""
        coarse = _coarse(listing)
        high = coarse.floor(now)
        if trade >= self._total(listing, high, now):
            return high
        oldest = self._market.bars(listing.symbol, coarse, Window(0, END_OF_TIME, 1, newest=False), now)
        low = coarse.floor(int(oldest[0, OPEN_TIME])) if len(oldest) else high
        while coarse.next_open(low) < high:
            middle = max(coarse.floor((low + high) // 2), coarse.next_open(low))
            low, high = (middle, high) if self._total(listing, middle, now) <= trade else (low, middle)
        return low

    def _total(self, listing: Listing, begin: int, now: int) -> int:
        """The id of the first trade from `begin` on, the open time of a coarse candle."""
        key = (listing.symbol, begin)
        if key not in self._totals:
            known = {at: number for (symbol, at), number in self._totals.items() if symbol == listing.symbol}
            known = known or {_coarse(listing).floor(_ORIGIN): _FIRST_ID}
            near = min(known, key=lambda at: abs(at - begin))
            start, end = sorted((near, begin))
            candles = self._read(listing, _coarse(listing), start, end, max(now, end))
            count = int(candles[:, TRADES].sum())
            self._totals[key] = known[near] + (count if near < begin else -count)
        return self._totals[key]

    def _read(self, listing: Listing, interval: Interval, start: int, end: int, now: int) -> Bars:
        """Candles that open in `[start, end)`."""
        most = (end - start) // interval.typical_ms + 2
        wanted = Window(start, end - 1, most, newest=False)
        return self._market.bars(listing.symbol, interval, wanted, now)


def _coarse(listing: Listing) -> Interval:
    """The interval by which trades are counted over years."""
    return next((each for each in listing.intervals if each.typical_ms >= DAY), listing.intervals[-1])
