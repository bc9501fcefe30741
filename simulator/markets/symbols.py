"""The symbols of the generated market. To add one, add its line to `SYMBOLS`."""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Final

from market.errors import InvalidInput
from market.interval import HOUR
from simulator.bars import SCALE

EPOCH: Final = int(datetime(2020, 1, 1, tzinfo=UTC).timestamp()) * 1000
NEWLY_LISTED: Final = "NEWUSDT"
_QUOTES: Final = ("USDT", "USDC", "FDUSD", "BUSD", "USD", "BTC", "ETH", "BNB", "EUR")


@dataclass(frozen=True, slots=True)
class Ending:
    """Trading stops at `at` (ms UTC) and the symbol has another status from then on.

    Bars without trades follow for `flat_ms` (None: for ever), then none.
    """

    status: str
    at: int
    flat_ms: int | None = 0


@dataclass(frozen=True, slots=True)
class GeneratedSymbol:
    """How a symbol moves.

    `tick` and `lot` are in units of 1e-8 and `tick * lot` must be a multiple of 1e8 (so that price times
    quantity is exact); `sigma` is the long-run standard deviation of an hourly log return; `turnover` the
    typical quote volume of a minute; `edge` how many sigmas the next return leans against the last one;
    `rebound` how many sigmas the hours after a large move lean against it, fading by `REBOUND_FADE` an hour;
    `idle` the share of minutes without a trade; an `announced` symbol is listed before it has bars.
    """

    name: str
    base: str
    quote: str
    price: float
    tick: int
    lot: int
    sigma: float
    turnover: float
    edge: float = 0.0
    rebound: float = 0.0
    listed_at: int = EPOCH
    idle: float = 0.0
    announced: bool = False
    ending: Ending | None = None


SYMBOLS: Final = {
    each.name: each
    for each in (
        GeneratedSymbol("BTCUSDT", "BTC", "USDT", 30_000, SCALE // 100, SCALE // 10**5, 0.0045, 700_000),
        GeneratedSymbol(
            "ETHUSDT", "ETH", "USDT", 2_000, SCALE // 100, SCALE // 10**4, 0.0055, 400_000, 0.08, 0.45
        ),
        GeneratedSymbol("XRPUSDT", "XRP", "USDT", 0.6, SCALE // 10**5, SCALE // 10, 0.0060, 90_000),
        GeneratedSymbol(NEWLY_LISTED, "NEW", "USDT", 1.25, SCALE // 10**5, SCALE // 10, 0.0120, 15_000),
    )
}


def symbols(
    extra: Iterable[str], newly_listed_at: int, odd: Mapping[str, GeneratedSymbol] | None = None
) -> list[GeneratedSymbol]:
    """The table, NEWUSDT listed at that hour, and every other name: one of the `odd` or a random walk."""
    table = dict(SYMBOLS)
    table[NEWLY_LISTED] = replace(table[NEWLY_LISTED], listed_at=newly_listed_at // HOUR * HOUR)
    for name in extra:
        if name not in table:
            table[name] = odd[name] if odd and name in odd else _generic(name)
    return list(table.values())


def assets(symbol: str) -> tuple[str, str]:
    """Base and quote asset of a symbol such as BTCUSDT; `InvalidInput` where they cannot be told apart."""
    quote = next((each for each in _QUOTES if symbol.endswith(each) and symbol != each), None)
    if quote is None or not re.fullmatch(r"[^\Wa-z_]{3,20}", symbol):
        raise InvalidInput(f"{symbol!r} is no symbol: write base and quote asset together, as SOLUSDT")
    return symbol.removesuffix(quote), quote


def _generic(name: str) -> GeneratedSymbol:
    """A random walk from a price between 1 and 100 that the name decides."""
    price = 10 ** (zlib.crc32(name.encode()) % 2000 / 1000)
    return GeneratedSymbol(name, *assets(name), price, SCALE // 10**4, SCALE // 100, 0.0065, 50_000)
