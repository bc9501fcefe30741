"""What the user says to hold: `BTCUSDT:0.5,USDT:1000`, another exchange in front (`okx:BTCUSDT:2`)."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from market.errors import InvalidInput
from market.interval import Series
from market.ports import SymbolInfo

Stored = Collection[tuple[Series, SymbolInfo]]


@dataclass(frozen=True, slots=True)
class Amount:
    """So much of a symbol's base asset, or of a quote asset (cash)."""

    exchange: str
    name: str
    amount: Decimal


@dataclass(frozen=True, slots=True)
class Holding:
    """An amount beside its market: `series` are its stored candles, longest interval first.

    Cash has a `quote` and no series; a name that no stored market bears has neither.
    """

    exchange: str
    name: str
    amount: Decimal | None
    asset: str | None
    quote: str | None
    series: tuple[Series, ...]

    @property
    def is_cash(self) -> bool:
        """Whether it is worth itself."""
        return self.quote is not None and not self.series


def parse_portfolio(text: str, home: str) -> tuple[Amount, ...]:
    """Entries with commas between them; `home` is the exchange of an entry that names none."""
    amounts = tuple(_parsed(entry.strip(), home) for entry in text.split(",") if entry.strip())
    names = [(each.exchange, each.name) for each in amounts]
    if len(set(names)) < len(names):
        raise InvalidInput("OPA_PORTFOLIO names a symbol twice: write each once")
    return amounts


def _parsed(entry: str, home: str) -> Amount:
    words = entry.split(":")
    exchange, name, number = words if len(words) == 3 else (home, *words) if len(words) == 2 else ("", "", "")
    try:
        amount = Decimal(number)
    except InvalidOperation:
        amount = Decimal("NaN")
    if not (exchange and name and amount.is_finite() and amount >= 0):
        raise InvalidInput(f"{entry!r} is no holding: write BTCUSDT:0.5, okx:BTCUSDT:0.5 or USDT:1000")
    return Amount(exchange.lower(), name.upper().replace("/", ""), amount)


def holdings(amounts: Iterable[Amount], stored: Stored) -> list[Holding]:
    """Each amount with its market."""
    return [_holding(each, stored) for each in amounts]


def equal_parts(stored: Stored, followed: Collection[Series]) -> list[Holding]:
    """One holding per symbol of the followed series; what each amounts to is not known yet."""
    symbols = sorted({(series.exchange, series.symbol) for series in followed})
    return [_holding(Amount(*symbol, Decimal(0)), stored, unknown=True) for symbol in symbols]


def _holding(each: Amount, stored: Stored, *, unknown: bool = False) -> Holding:
    here = [(series, info) for series, info in stored if series.exchange == each.exchange]
    mine = [(series, info) for series, info in here if series.symbol == each.name]
    amount = None if unknown else each.amount
    if mine:
        series = sorted((s for s, _ in mine), key=lambda s: -s.interval.typical_ms)
        info = mine[0][1]
        return Holding(each.exchange, each.name, amount, info.base_asset, info.quote_asset, tuple(series))
    if any(info.quote_asset == each.name for _, info in here):
        return Holding(each.exchange, each.name, amount, each.name, each.name, ())
    return Holding(each.exchange, each.name, amount, None, None, ())
