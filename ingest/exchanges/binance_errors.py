"""Whatever the library, the network or the exchange throws, as one of our errors."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Final

import aiohttp
from websockets.exceptions import InvalidStatus, WebSocketException

from ingest.exchanges.library import (
    BinanceAPIException,
    BinanceRequestException,
    BinanceWebsocketClosed,
    BinanceWebsocketUnableToConnect,
    ReadLoopClosed,
)
from market.errors import (
    ExchangeUnavailable,
    InvalidInput,
    MarketError,
    RateLimited,
    RefusedByExchange,
    UnknownSymbol,
)

# ValueError: an answer that is no JSON or no text; AttributeError: the library reads `code` from an error
# answer that is JSON but no object.
FAILURES: Final = (
    BinanceAPIException,
    BinanceRequestException,
    BinanceWebsocketClosed,
    BinanceWebsocketUnableToConnect,
    ReadLoopClosed,
    WebSocketException,
    aiohttp.ClientError,
    asyncio.TimeoutError,
    OSError,
    ValueError,
    AttributeError,
)
_DEFAULT_PAUSE: Final = {429: 60.0, 418: 120.0}
# A live connection refused so is asked for again, but never often: candles are read by REST meanwhile.
_CLOSED_DOOR: Final = {429: 60.0, 418: 120.0, 403: 60.0, 451: 60.0}
_INVALID_SYMBOL: Final = -1121
_INVALID_INTERVAL: Final = -1120


def translate(error: Exception, asked: str) -> MarketError:
    """`asked` names the request in the message."""
    if isinstance(error, BinanceAPIException):
        return _status(error, asked)
    if isinstance(error, asyncio.TimeoutError):
        return ExchangeUnavailable(f"{asked}: no answer in time; check the network and OPA_EXCHANGE_REST")
    if isinstance(error, InvalidStatus) and error.response.status_code in _CLOSED_DOOR:
        return _closed_door(error, asked)
    text = str(error)[:120] or type(error).__name__
    return ExchangeUnavailable(f"{asked}: no usable answer ({text}); check OPA_EXCHANGE_REST")


def _closed_door(error: InvalidStatus, asked: str) -> RateLimited:
    status = error.response.status_code
    pause = retry_after(error.response.headers, _CLOSED_DOOR[status])
    return RateLimited(
        f"{asked}: no connection is given ({status}); waiting {pause:.0f} s; where it stays so, set "
        "OPA_EXCHANGE_WS to another host of the exchange",
        retry_after=pause,
    )


def _status(error: BinanceAPIException, asked: str) -> MarketError:
    status, code = error.status_code, error.code
    message = str(error.message)[:200] if code else "no JSON"
    if status in _DEFAULT_PAUSE:
        pause = retry_after(error.response.headers, _DEFAULT_PAUSE[status])
        return RateLimited(f"{asked}: too many requests ({status}); waiting {pause:.0f} s", retry_after=pause)
    if status in (403, 451):
        return RefusedByExchange(
            f"{asked}: the exchange does not serve this address ({status}): set OPA_EXCHANGE_REST to another "
            "host of the exchange, or OPA_SOURCE=simulated"
        )
    if code == _INVALID_SYMBOL:
        return UnknownSymbol(f"{asked}: the exchange does not list this symbol; check its spelling (BTCUSDT)")
    if code == _INVALID_INTERVAL:
        return InvalidInput(f"{asked}: the exchange does not know this interval")
    if 400 <= status < 500 and status != 408 and code not in (-1000, -1001, -1006, -1007, -1008):
        return InvalidInput(f"{asked}: the exchange refuses the request ({status}, {code}: {message})")
    return ExchangeUnavailable(f"{asked}: the exchange answers {status} ({code}: {message})")


def retry_after(headers: Mapping[str, str], default: float) -> float:
    """Seconds from the `Retry-After` header."""
    text = headers.get("Retry-After", "")
    return float(text) if text.isdecimal() else default
