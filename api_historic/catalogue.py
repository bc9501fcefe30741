"""Which series exist, remembered so that the hot path needs no question to the database for it."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Final

from market.errors import InvalidInput, UnknownSymbol
from market.interval import Interval
from market.ports import KlineStore, SeriesStatus

REMEMBER_S: Final = 60.0
# A series that is not found is looked for again, but not more often than this.
LOOK_AGAIN_S: Final = 1.0


class Catalogue:
    """The stored series, at most a minute old; an unknown one is looked for again at once."""

    def __init__(self, store: KlineStore, clock: Callable[[], float] = time.monotonic) -> None:
        self._store = store
        self._clock = clock
        self._lock = threading.Lock()
        self._known: list[SeriesStatus] = []
        self._read_at = -REMEMBER_S

    def all(self, max_age_s: float = REMEMBER_S) -> list[SeriesStatus]:
        """Every series, read again when the memory is older than `max_age_s`."""
        with self._lock:
            if self._clock() - self._read_at >= max_age_s:
                self._known = self._store.series()
                self._read_at = self._clock()
            return self._known

    def find(self, exchange: str | None, symbol: str, interval: str) -> SeriesStatus:
        """The series of a request; the exchange may be left out when only one has the symbol.

        Raises `InvalidInput` (interval, ambiguous exchange) or `UnknownSymbol`.
        """
        wanted = Interval(interval)
        of_symbol = self.of_symbol(exchange, symbol)
        found = [each for each in of_symbol if each.series.interval == wanted]
        if not found:
            self.all(LOOK_AGAIN_S)
            of_symbol = self.of_symbol(exchange, symbol)
            found = [each for each in of_symbol if each.series.interval == wanted]
        if not found:
            stored = ", ".join(sorted({str(each.series.interval) for each in of_symbol}))
            raise UnknownSymbol(f"{symbol} is not stored at {interval}: use one of {stored}")
        return found[0]

    def of_symbol(self, exchange: str | None, symbol: str) -> list[SeriesStatus]:
        """Every interval of one market; raises like `find`."""
        found = self._matching(exchange, symbol, REMEMBER_S) or self._matching(exchange, symbol, LOOK_AGAIN_S)
        exchanges = sorted({each.series.exchange for each in found})
        if not found:
            where = f"the exchange {exchange!r}" if exchange else "no exchange here"
            raise UnknownSymbol(f"{where} {'does not have' if exchange else 'has'} the symbol {symbol!r}")
        if len(exchanges) > 1:
            raise InvalidInput(f"{symbol} is stored of {', '.join(exchanges)}: name one with exchange=")
        return found

    def _matching(self, exchange: str | None, symbol: str, max_age_s: float) -> list[SeriesStatus]:
        return [
            each
            for each in self.all(max_age_s)
            if each.series.symbol == symbol and exchange in (None, each.series.exchange)
        ]
