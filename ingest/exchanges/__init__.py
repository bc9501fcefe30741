"""The exchanges we can read: one file per protocol, one line per exchange."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import market  # noqa: F401  (first: see market/__init__.py)
from ingest.budget import RateBudget
from ingest.exchanges.binance import BinanceExchange
from ingest.live import Exchange
from ingest.settings import IngestSettings
from market.errors import InvalidInput


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


def open_exchange(settings: IngestSettings) -> Exchange:
    """The exchange of the settings; nothing is sent yet."""
    adapter = EXCHANGES.get(settings.exchange)
    if adapter is None:
        raise InvalidInput(
            f"unknown exchange {settings.exchange!r}: set OPA_EXCHANGE to one of {', '.join(EXCHANGES)}"
        )
    return adapter.build(
        settings.exchange,
        settings.exchange_rest or adapter.rest,
        settings.exchange_ws or adapter.stream,
        RateBudget(settings.weight_share),
        key=settings.binance_key.get_secret_value(),
        secret=settings.binance_secret.get_secret_value(),
    )
