"""The ingest as dictionaries: an exchange that is one, and the record as it has to be after each step."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

import pyarrow as pa

from market.errors import RefusedByExchange
from market.interval import HOUR, MINUTE, Interval, Series
from market.kline import Finality, Kline, klines_from_rows
from market.ports import KlineStore, SymbolInfo

BEGIN = 480_000 * HOUR
FOREVER = 2**53
MARGIN_MS = 3_000  # a bar is final this long after its close
LATE_MS = 60_000  # a bar that is missing this long after its close is a hole
OVERLAP, OVERLAP_AFTER_DOUBT = 2, 10  # bars
CLOCK_ERROR_MS = 2_000  # a stream's bar may end so far in the future
INFO = SymbolInfo("model", "BTCUSDT", "BTC", "USDT", "TRADING")
Bar = tuple[Interval, int]


def bar_row(interval: Interval, open_time: int, price: int) -> list[object]:
    """A kline as the exchange sends it."""
    text = f"{price}.5"
    return [open_time, text, text, text, text, "2", interval.close_time(open_time), "9", 3, "1", "4", "0"]


class DictionaryExchange:
    """Implements `KlineSource`; every bar exists from `listed` on unless it is `hidden`."""

    exchange = INFO.exchange

    def __init__(self, listed: int, info: SymbolInfo = INFO) -> None:
        self.info = info
        self.listed = listed
        self.now = listed
        self.hidden: set[Bar] = set()
        self.versions: dict[Bar, int] = {}
        self.left_out: set[int] = set()  # open times that the next answer forgets
        self.dies_after: int | None = None  # requests until the process ends

    def price(self, interval: Interval, open_time: int) -> int:
        """What the exchange says today about a bar; a running one says something else."""
        running = 7 if interval.close_time(open_time) >= self.now else 0
        return 100 + open_time // MINUTE % 50 + running + 50 * self.versions.get((interval, open_time), 0)

    def bars(self, interval: Interval, start: int, end: int) -> dict[int, int]:
        """Open times in `[start, end]` that the exchange has, with their prices."""
        last = min(end, self.now)
        opens = interval.opens(max(start, self.listed), last + 1)
        return {at: self.price(interval, at) for at in opens if (interval, at) not in self.hidden}

    def first_bar(self, interval: Interval) -> int | None:
        """The first bar ever, as far as the exchange admits."""
        return min(self.bars(interval, self.listed, self.now), default=None)

    async def server_time(self) -> int:
        """Market time."""
        return self.now

    async def symbol(self, _name: str) -> SymbolInfo:
        """The only one."""
        return self.info

    async def klines(
        self, _symbol: str, interval: Interval, start: int | None, end: int | None, limit: int = 1000
    ) -> pa.Table:
        """One page, as the exchange pages."""
        if self.dies_after is not None:
            if self.dies_after == 0:
                raise RefusedByExchange("the process ends here")
            self.dies_after -= 1
        found = sorted(self.bars(interval, start or 0, self.now if end is None else end).items())
        found = [bar for bar in found if bar[0] not in self.left_out]
        self.left_out = set()
        page = found[:limit] if start is not None else found[-limit:]
        return klines_from_rows([bar_row(interval, at, price) for at, price in page])

    async def close(self) -> None:
        """Nothing is open."""


Revised = tuple[int, int, int | None]


@dataclass
class DictionaryRecord:
    """One series: bars by open time, what is covered, what is missing, what was revised."""

    readable: dict[int, tuple[int, str]] = field(default_factory=dict)
    withdrawn: dict[int, int] = field(default_factory=dict)
    covered: set[int] = field(default_factory=set)
    holes: set[int] = field(default_factory=set)
    revisions: list[Revised] = field(default_factory=list)

    def copy(self) -> DictionaryRecord:
        """The same, on its own."""
        return DictionaryRecord(
            dict(self.readable),
            dict(self.withdrawn),
            set(self.covered),
            set(self.holes),
            list(self.revisions),
        )

    def confirm(self, opens: Iterable[int], answer: dict[int, int]) -> None:
        """The exchange was asked about these bars and gave this answer."""
        for at in sorted(opens):
            self.covered.add(at)
            old = self.readable.get(at)
            if at not in answer:
                self.holes.add(at)
                if old is not None:
                    self.withdrawn[at] = old[0]
                    self.revisions.append((at, old[0], None))
                    del self.readable[at]
                continue
            self.holes.discard(at)
            if at in self.withdrawn:
                self.revisions.append((at, self.withdrawn.pop(at), answer[at]))
            elif old is not None and old[1] == Finality.CONFIRMED and old[0] != answer[at]:
                self.revisions.append((at, old[0], answer[at]))
            self.readable[at] = (answer[at], str(Finality.CONFIRMED))

    def stream_said(self, at: int, price: int) -> None:
        """A closed bar that the exchange does not confirm yet: kept where nothing surer is known."""
        if at in self.withdrawn or self.readable.get(at, (0, ""))[1] == Finality.CONFIRMED:
            return
        self.readable[at] = (price, str(Finality.CLOSED))

    def newest(self) -> int | None:
        """Open time of the newest confirmed bar."""
        return max((at for at, (_, how) in self.readable.items() if how == Finality.CONFIRMED), default=None)


def held(store: KlineStore, series: Series) -> DictionaryRecord:
    """What a store really holds, in the same words."""
    rows = store.read(series, 0, FOREVER).to_pylist()
    opens = series.interval.opens
    revisions = [
        (each.open_time, _whole(each.old["close"]), _whole(each.new["close"]) if each.new else None)
        for each in store.revisions(series)
    ]
    ended = {at: (old, new) for at, old, new in revisions}
    return DictionaryRecord(
        {row["open_time"]: (int(row["close"]), row["finality"]) for row in rows},
        {at: old for at, (old, new) in ended.items() if new is None},
        {at for each in store.coverage(series) for at in opens(each.start, each.end)},
        {at for each in store.holes(series) for at in opens(each.start, each.end)},
        revisions,
    )


def last_final(interval: Interval, now: int) -> int:
    """Open time of the newest bar that closed more than the margin ago."""
    at = interval.floor(now)
    while interval.close_time(at) >= now - MARGIN_MS:
        at = interval.floor(at - 1)
    return at


def bar(interval: Interval, open_time: int, price: int) -> Kline:
    """The same bar as a stream tells it."""
    [row] = klines_from_rows([bar_row(interval, open_time, price)]).to_pylist()
    return Kline(**row)


def _whole(text: str) -> int:
    return int(text.partition(".")[0])
