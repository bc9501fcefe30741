"""Stored ticks beside candles, for models that read an optional feature group."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from market.interval import Series
from market.ports import TickStore
from market.tick import Tick
from model_service.spec import Spec

_PAGE: Final = 50_000


@dataclass(frozen=True, slots=True)
class Quotes:
    """Where ticks are stored (None: nowhere), and the groups that are wanted of them."""

    store: TickStore | None = None
    groups: tuple[str, ...] = ()

    @classmethod
    def of(cls, store: TickStore | None, specs: Iterable[Spec]) -> Quotes:
        """What models of these configurations need together."""
        return cls(store, tuple(sorted({name for spec in specs for name in spec.groups})))

    def closing(self, series: Series, start: int, end: int) -> list[Tick]:
        """The last tick of every bar that opens in `[start, end)`, oldest first; none without a group."""
        newest: dict[int, Tick] = {}
        page = self._page(series, start, end)
        while page:
            newest |= {series.interval.floor(tick.time): tick for tick in page}
            page = self._page(series, page[-1].time + 1, end) if len(page) == _PAGE else []
        return list(newest.values())

    def _page(self, series: Series, start: int, end: int) -> list[Tick]:
        if self.store is None or not self.groups:
            return []
        return self.store.read(series.exchange, series.symbol, start, end, limit=_PAGE)


NO_QUOTES: Final = Quotes()
