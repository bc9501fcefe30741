"""What a market's fills cost: `OPA_FEES`, with `OPA_FEE_BP` for every market that it does not name.

`binance:7.5,okx:10,binance/ETHUSDT:5` are basis points per side; a market beats its exchange.
"""

from __future__ import annotations

import re
from typing import Final

from market.errors import InvalidInput
from market.interval import Series

HIGHEST_BP: Final = 500.0
_ENTRY: Final = re.compile(
    r"(?P<exchange>[a-z0-9_-]+)(/(?P<symbol>[^/:,\s]+))?:(?P<fee>[^:,]+)", re.IGNORECASE
)


def parse_fees(text: str) -> dict[str, float]:
    """Fees by `exchange` and by `exchange/SYMBOL`; `InvalidInput` names the entry that is none."""
    fees: dict[str, float] = {}
    for entry in (part.strip() for part in text.split(",") if part.strip()):
        market, fee = _entry(entry)
        if market in fees:
            raise InvalidInput(f"OPA_FEES names {market} twice: keep one")
        fees[market] = fee
    return fees


def fee_of(fees: dict[str, float], series: Series, otherwise: float) -> float:
    """The fee per side of a series' market in basis points: its own, its exchange's, or `otherwise`."""
    exchange = fees.get(series.exchange, otherwise)
    return fees.get(f"{series.exchange}/{series.symbol}", exchange)


def _entry(entry: str) -> tuple[str, float]:
    found = _ENTRY.fullmatch(entry)
    try:
        fee = float(found["fee"]) if found else -1.0
    except ValueError:
        fee = -1.0
    if found is None or not 0 <= fee <= HIGHEST_BP:
        raise InvalidInput(
            f"OPA_FEES has {entry!r}: write exchange:fee or exchange/SYMBOL:fee, as binance:7.5 or"
            f" binance/ETHUSDT:5, in basis points per side from 0 to {HIGHEST_BP:.0f}"
        )
    exchange, symbol = found["exchange"].lower(), found["symbol"]
    return (f"{exchange}/{symbol.upper()}" if symbol else exchange), fee
