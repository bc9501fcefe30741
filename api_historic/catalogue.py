"""Which series exist, remembered so that the hot path needs no question to the database for it."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Final

from market.errors import InvalidInput, UnknownSymbol
from market.interval import Interval, Series
from market.ports import KlineStore, SymbolInfo

REMEMBER_S: Final = 60.0
# A series that is not found is looked for again, but not more often than this.
LOOK_AGAIN_S: Final = 1.0
Listed = tuple[Series, SymbolInfo]


class Catalogue:
    """The stored series, at most a minute old; an unknown one is looked for again at once."""

    def __init__(self, store: KlineStore, clock: Callable[[], float] = time.monotonic) -> None:
        self._store = store
        self._clock = clock
        self._lock = threading.Lock()
        self._known: list[Listed] = []
        self._read_at = -REMEMBER_S

    def all(self, max_age_s: float = REMEMBER_S) -> list[Listed]:
        """Every series with its market, read again when the memory is older than `max_age_s`."""
        with self._lock:
            if self._clock() - self._read_at >= max_age_s:
                self._known = self._store.listed()
                self._read_at = self._clock()
            return self._known

    def find(self, exchange: str | None, symbol: str, interval: str) -> Series:
        """The series of a request; the exchange may be left out when only one has the symbol.

        Raises `InvalidInput` (interval, ambiguous exchange) or `UnknownSymbol`.
        """
        wanted = Interval(interval)
        of_symbol = self.of_symbol(exchange, symbol)
        if not any(each.interval == wanted for each in of_symbol):
            self.all(LOOK_AGAIN_S)
            of_symbol = self.of_symbol(exchange, symbol)
        for each in of_symbol:
            if each.interval == wanted:
                return each
        stored = ", ".join(sorted({str(each.interval) for each in of_symbol}))
        raise UnknownSymbol(f"{symbol} is not stored at {interval}: use one of {stored}")

    def of_symbol(self, exchange: str | None, symbol: str) -> list[Series]:
        """Every interval of one market; raises like `find`."""
        found = [series for series, _ in self.markets(exchange, [symbol])]
        exchanges = sorted({each.exchange for each in found})
        if len(exchanges) > 1:
            raise InvalidInput(f"{symbol} is stored of {', '.join(exchanges)}: name one with exchange=")
        return found

    def markets(self, exchange: str | None = None, symbols: list[str] | None = None) -> list[Listed]:
        """The series of an exchange and of symbols, of all when left out; `UnknownSymbol` for one of none."""
        missing = self._missing(exchange, symbols, REMEMBER_S)
        if missing and self._missing(exchange, symbols, LOOK_AGAIN_S):
            raise _unknown(exchange, missing[0] if symbols else None)
        return [
            each
            for each in self.all()
            if exchange in (None, each[0].exchange) and (symbols is None or each[0].symbol in symbols)
        ]

    def _missing(self, exchange: str | None, symbols: list[str] | None, max_age_s: float) -> list[str]:
        of_exchange = [series for series, _ in self.all(max_age_s) if exchange in (None, series.exchange)]
        stored = {each.symbol for each in of_exchange}
        if symbols is None:
            return [exchange] if exchange and not stored else []
        return [each for each in symbols if each not in stored]


def _unknown(exchange: str | None, symbol: str | None) -> UnknownSymbol:
    if symbol is None:
        return UnknownSymbol(f"nothing is stored of an exchange {exchange!r}")
    where = f"the exchange {exchange!r} does not have" if exchange else "no exchange here has"
    return UnknownSymbol(f"{where} the symbol {symbol!r}")
