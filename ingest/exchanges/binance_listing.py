"""Answers about all markets at once."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from typing import Any

from ingest.exchanges.binance_answers import read_symbol
from market.errors import ExchangeUnavailable
from market.ports import SymbolInfo


def read_markets(answer: Any, exchange: str) -> list[SymbolInfo]:
    """`GET /api/v3/exchangeInfo` to the metadata of every market; `read_symbol` shows an entry."""
    try:
        entries = {str(entry["symbol"]): entry for entry in answer["symbols"]}
    except (KeyError, TypeError) as error:
        raise ExchangeUnavailable(f"the exchange's list of markets cannot be read: {error!r}") from error
    return [read_symbol({"symbols": [entry]}, exchange, name) for name, entry in entries.items()]


def read_volumes(answer: Any) -> dict[str, Decimal]:
    """`GET /api/v3/ticker/24hr` to the quote volume by symbol.

    `[{"symbol": "BTCUSDT", "lastPrice": "67000.12", "quoteVolume": "1502003004.51", ...}, ...]`
    """
    try:
        return {str(each["symbol"]): Decimal(each["quoteVolume"]) for each in answer}
    except (KeyError, TypeError, InvalidOperation) as error:
        raise ExchangeUnavailable(f"the exchange's 24 h tickers cannot be read: {error!r}") from error
