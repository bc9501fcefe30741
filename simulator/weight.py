"""The weight book: what each client may ask of the server in a minute of wall time."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final

LIMIT: Final = 6_000
_MINUTE_S: Final = 60
_PATIENCE: Final = 5  # requests after the first 429 of a minute that are only refused
_BAN_S: Final = 120
_FIXED: Final = {
    "klines": 2,
    "uiKlines": 2,
    "exchangeInfo": 20,
    "trades": 25,
    "aggTrades": 4,
    "avgPrice": 2,
}
_DEPTH: Final = ((100, 5), (500, 25), (1_000, 50))  # up to so many levels
_DEEPEST: Final = 250
RAW_LIMIT: Final = 300_000  # requests in five minutes, as `exchangeInfo` says; nobody is held to it here


def cost(path: str, query: Mapping[str, str]) -> int:
    """Weight of a request, by the exchange's table; 1 for what it does not name."""
    name = path.removeprefix("/api/v3/")
    if name == "ticker/24hr":
        return 80 if _symbols(query) == 0 or _symbols(query) > 100 else 40 if _symbols(query) > 20 else 2
    if name in ("ticker/price", "ticker/bookTicker"):
        return 2 if "symbol" in query else 4
    if name == "depth":
        limit = query.get("limit", "")
        levels = int(limit) if limit.isdecimal() and int(limit) else _DEPTH[0][0]
        return next((weight for most, weight in _DEPTH if levels <= most), _DEEPEST)
    return _FIXED.get(name, 1)


def _symbols(query: Mapping[str, str]) -> int:
    """How many symbols are asked for, 0 for all."""
    return 1 if "symbol" in query else query["symbols"].count(",") + 1 if "symbols" in query else 0


@dataclass
class Account:
    """One address: the minute being counted, its weight, and until when it is banned."""

    minute: int = 0
    used: int = 0
    refused: int = 0
    banned_until: float = 0.0


@dataclass(frozen=True, slots=True)
class Verdict:
    """HTTP status to answer with, weight used this minute, and seconds to wait when refused."""

    status: int
    used: int
    retry_after: int = 0


@dataclass
class WeightBook:
    """429 above the limit, 418 for a client that goes on; `largest` is the highest count of any minute."""

    limit: int = LIMIT
    wall: Callable[[], float] = time.time
    largest: int = 0
    accounts: dict[str, Account] = field(default_factory=dict)

    def charge(self, address: str, weight: int) -> Verdict:
        """Count a request."""
        now = self.wall()
        account = self.accounts.setdefault(address, Account())
        if account.minute != int(now // _MINUTE_S):
            account.minute, account.used, account.refused = int(now // _MINUTE_S), 0, 0
        account.used += weight
        self.largest = max(self.largest, account.used)
        if now < account.banned_until:
            return Verdict(418, account.used, math.ceil(account.banned_until - now))
        if account.used <= self.limit:
            return Verdict(200, account.used)
        account.refused += 1
        if account.refused > _PATIENCE:
            account.banned_until = now + _BAN_S
            return Verdict(418, account.used, _BAN_S)
        return Verdict(429, account.used, math.ceil(_MINUTE_S - now % _MINUTE_S))
