"""The exchanges we can read: one file per protocol, one line per exchange; all others through ccxt."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import market  # noqa: F401  (first: see market/__init__.py)
from ingest.budget import RateBudget
from ingest.exchanges.binance import BinanceExchange
from ingest.exchanges.ccxt_rest import CcxtExchange
from ingest.live import Exchange
from ingest.settings import IngestSettings
from market.outbound import allow


@dataclass(frozen=True, slots=True)
class Adapter:
    """How to build one, and its public addresses where the settings name none."""

    build: Callable[..., Exchange]
    rest: str
    stream: str


EXCHANGES: Final[dict[str, Adapter]] = {
    "binance": Adapter(
        BinanceExchange, "https://data-api.binance.vision/api", "wss://data-stream.binance.vision/"
    ),
    "simulated": Adapter(BinanceExchange, "http://127.0.0.1:8103/api", "ws://127.0.0.1:8103/"),
}


def open_exchange(settings: IngestSettings, name: str = "") -> Exchange:
    """An exchange with a budget of its own, by default that of `OPA_EXCHANGE`; nothing is sent yet.

    One that is not in the table is read through ccxt. `OPA_EXCHANGE_REST` and `_WS` are the home exchange's.
    """
    name = name or settings.exchange
    home = name == settings.exchange
    rest = (settings.exchange_rest if home else "") or settings.host(name)
    budget = RateBudget(settings.weight_share)
    adapter = EXCHANGES.get(name)
    if adapter is None:
        return CcxtExchange(name, rest, budget)
    rest = rest or adapter.rest
    stream = (settings.exchange_ws if home else "") or adapter.stream
    allow([rest, stream])
    return adapter.build(
        name,
        rest,
        stream,
        budget,
        key=settings.binance_key.get_secret_value(),
        secret=settings.binance_secret.get_secret_value(),
    )
