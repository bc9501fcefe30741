"""Pages of klines that are not what was asked for. The history behind them is whole."""

from __future__ import annotations

from dataclasses import replace
from enum import StrEnum
from typing import Any, Final

import orjson
from pydantic import Field

from market.interval import Interval
from simulator.asked import Asked
from simulator.faults.trigger import Plan, Trigger
from simulator.markets.randomness import fraction
from simulator.wire import kline_rows

Rows = list[list[Any]]
_AMOUNTS: Final = (1, 2, 3, 4, 5)  # open, high, low, close, volume


class PageKind(StrEnum):
    """What is wrong with the page."""

    SHORT = "short_page"  # its second half is missing
    EMPTY = "empty_page"  # no rows, though there are some
    DUPLICATED = "duplicated_row"
    UNORDERED = "unordered_rows"
    REPEATED = "repeated_page"  # the page before it once more
    STALE = "stale_page"  # as it was `lag_ms` of market time ago
    WRONG_INTERVAL = "wrong_interval"
    OTHER_SYMBOL = "other_symbol"
    NULL = "null_field"
    NAN = "nan_field"
    NEGATIVE = "negative_field"


_FIELDS: Final = {PageKind.NULL: None, PageKind.NAN: "NaN", PageKind.NEGATIVE: "-1.00000000"}


class PageFault(Trigger):
    """Spoils kline answers of a symbol and an interval, `*` for all; `seed` decides which row and field."""

    kind: PageKind
    symbol: str = "*"
    interval: str = "*"
    seed: int = 0
    lag_ms: int = Field(120_000, gt=0)

    def fits(self, asked: Asked) -> bool:
        """Whether this fault is meant for this question."""
        return self.symbol in ("*", asked.listing.symbol) and self.interval in ("*", asked.interval.name)


class PagePlan(Plan[PageFault]):
    """Remembers the last question about each series, because its page may be sent again."""

    def __init__(self) -> None:
        super().__init__()
        self._last: dict[tuple[str, str], Asked] = {}

    def rows(self, asked: Asked, right: str) -> str:
        """The rows to send for the `right` ones, comma-separated."""
        fault = self.next_for(asked.now, lambda each: each.fits(asked))
        series = asked.listing.symbol, asked.interval.name
        before = self._last.get(series, asked)
        self._last[series] = asked
        if fault is None:
            return right
        rows = page_of(before) if fault.kind is PageKind.REPEATED else spoilt_page(fault, asked)
        return orjson.dumps(rows)[1:-1].decode()


def spoilt_page(fault: PageFault, asked: Asked) -> Rows:
    """The page to send in place of the right one."""
    if fault.kind is PageKind.STALE:
        return page_of(replace(asked, now=asked.now - fault.lag_ms))
    if fault.kind is PageKind.WRONG_INTERVAL:
        return page_of(replace(asked, interval=_another_interval(asked)))
    if fault.kind is PageKind.OTHER_SYMBOL:
        return _of_another_symbol(asked)
    return _damaged(fault, page_of(asked))


def _damaged(fault: PageFault, rows: Rows) -> Rows:
    at = int(fraction(fault.seed, "row", len(rows)) * max(len(rows) - 1, 1))
    if fault.kind is PageKind.EMPTY or not rows:
        return []
    if fault.kind is PageKind.SHORT:
        return rows[: len(rows) // 2]
    if fault.kind is PageKind.DUPLICATED:
        return [*rows[: at + 1], *rows[at:]]
    if fault.kind is PageKind.UNORDERED:
        return [*rows[:at], *reversed(rows[at : at + 2]), *rows[at + 2 :]]
    rows[at][_AMOUNTS[int(fraction(fault.seed, "field") * len(_AMOUNTS))]] = _FIELDS[fault.kind]
    return rows


def _another_interval(asked: Asked) -> Interval:
    """The next coarser one, or the next finer one of the coarsest."""
    known = asked.listing.intervals
    at = known.index(asked.interval)
    return known[at + 1] if at + 1 < len(known) else known[at - 1]


def _of_another_symbol(asked: Asked) -> Rows:
    others = [
        each
        for each in asked.market.listings(asked.now).values()
        if each.symbol != asked.listing.symbol and asked.interval in each.intervals
    ]
    return page_of(replace(asked, listing=others[0])) if others else []


def page_of(asked: Asked) -> Rows:
    """The right page, taken apart."""
    found: Rows = orjson.loads(f"[{kline_rows(asked.shown(asked.bars()))}]")
    return found
